namespace HospitalStreaming.LakeSink;

/// <summary>Section LakeSink: change topics to lake objects.</summary>
public sealed class LakeSinkOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "LakeSink";

    /// <summary>
    /// Topics to keep: names, or expressions that begin with ^. Default: the change topics of all captured tables. With any of the line's change topics
    /// goes its transaction topic, where there is one.
    /// </summary>
    public IList<string> Topics { get; } = [];

    /// <summary>Consumer group. Default hospital-lakesink.</summary>
    public string Group { get; set; } = "hospital-lakesink";

    /// <summary>Longest time an object stays open after its first record. Default 1 s in a folder, 10 s on gcs.</summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>An object also ends when no record has come for this time; zero turns it off. Default 200 ms in a folder, off on gcs.</summary>
    public TimeSpan? IdleAfter { get; set; }

    /// <summary>Largest object before compression, bytes. Default 8,000,000: an upload is then one request of under 8 MiB; above, a resumable session.</summary>
    public long MaxBytes { get; set; } = 8_000_000;

    /// <summary>Most records in an object. Default 50,000.</summary>
    public int MaxRows { get; set; } = 50_000;
}
