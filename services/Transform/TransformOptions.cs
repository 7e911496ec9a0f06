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
    /// How many times as long as a model's last build took it rests before its next, so that the heavy ones never take more than their share
    /// of the warehouse and never hold the light ones up. Default 3 (a quarter of a core each); 0 builds everything in every cycle.
    /// </summary>
    public double RestFactor { get; set; } = 3;

    /// <summary>Longest time a model rests, whatever it took. Default 60 s.</summary>
    public TimeSpan MaxRest { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Time of builds that one cycle takes on before it publishes; the rest comes in the next cycle. Default 800 ms.</summary>
    public TimeSpan CycleBudget { get; set; } = TimeSpan.FromMilliseconds(800);

    /// <summary>Time from one run of a data test to the next. Default 60 s.</summary>
    public TimeSpan TestEvery { get; set; } = TimeSpan.FromSeconds(60);
}
