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

    /// <summary>Time from one full run of the data tests to the next. Default 60 s.</summary>
    public TimeSpan TestEvery { get; set; } = TimeSpan.FromSeconds(60);
}
