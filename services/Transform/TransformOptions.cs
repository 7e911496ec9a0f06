namespace HospitalStreaming.Transform;

/// <summary>Settings of the role transform, section Transform.</summary>
public sealed class TransformOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Transform";

    /// <summary>Folder of the dbt project. Default: models, below the working folder.</summary>
    public string ModelsFolder { get; set; } = "models";

    /// <summary>Least time from one cycle's start to the next, so that a burst of changes is taken together. Default 500 ms; 0 for none.</summary>
    public TimeSpan MinCycle { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest time without a look at the warehouse, where no signal comes. Default 30 s.</summary>
    public TimeSpan MaxIdle { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Share of one core of the warehouse that builds may take over time, from 0.05 to 1. Where all models after every change would take more,
    /// each rests between its builds, the heavy ones longer, so that they never hold the light ones up. Default 0.5.
    /// </summary>
    public double MaxLoad { get; set; } = 0.5;

    /// <summary>Longest time a model rests, whatever it took. Default 60 s.</summary>
    public TimeSpan MaxRest { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Time of builds that one cycle takes on before it publishes; the rest comes in the next cycle. Default 800 ms.</summary>
    public TimeSpan CycleBudget { get; set; } = TimeSpan.FromMilliseconds(800);

    /// <summary>Time from one run of a data test to the next. Default 60 s.</summary>
    public TimeSpan TestEvery { get; set; } = TimeSpan.FromSeconds(60);
}
