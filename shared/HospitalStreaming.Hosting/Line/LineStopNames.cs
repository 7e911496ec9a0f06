namespace HospitalStreaming.Hosting.Line;

/// <summary>Names of the line's stops, the same in samples, status and pages.</summary>
public static class LineStopNames
{
    public const string Producer = "producer";
    public const string Topics = "topics";
    public const string Landing = "landing";
    public const string Postgres = "postgres";
    public const string Capture = "capture";
    public const string ChangeTopics = "change-topics";
    public const string Lake = "lake";
    public const string Warehouse = "warehouse";
    public const string Transform = "transform";
    public const string Dashboard = "dashboard";

    /// <summary>Every stop from producer to dashboard.</summary>
    public static IReadOnlyList<string> InOrder { get; } =
        [Producer, Topics, Landing, Postgres, Capture, ChangeTopics, Lake, Warehouse, Transform, Dashboard];
}
