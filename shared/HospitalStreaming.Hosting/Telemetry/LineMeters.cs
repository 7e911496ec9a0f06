using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace HospitalStreaming.Hosting.Telemetry;

/// <summary>
/// The meters every role shares: records received, written and dead-lettered, retries, write seconds, BigQuery's load jobs. Exported by OpenTelemetry and read by
/// status and the dashboard from the same instruments. Labels are role and table or topic only: never anything of a person.
/// </summary>
public sealed class LineMeters : IDisposable
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "HospitalStreaming.Line";

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _received;
    private readonly Counter<long> _written;
    private readonly Counter<long> _deadLettered;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _loadJobs;
    private readonly Histogram<double> _writeSeconds;
    private readonly ConcurrentDictionary<string, RoleCounters> _roles = new(StringComparer.Ordinal);

    /// <summary>Creates the instruments.</summary>
    public LineMeters()
    {
        _received = _meter.CreateCounter<long>("hospital.records.received", "{record}", "Records a role took in.");
        _written = _meter.CreateCounter<long>("hospital.records.written", "{record}", "Records a role wrote durably.");
        _deadLettered = _meter.CreateCounter<long>("hospital.records.dead_lettered", "{record}", "Records set aside with a reason.");
        _retries = _meter.CreateCounter<long>("hospital.retries", "{retry}", "Attempts after a transient failure.");
        _loadJobs = _meter.CreateCounter<long>("hospital.load_jobs", "{job}", "BigQuery load jobs that ended or were refused; all of them count against the table's quota.");
        _writeSeconds = _meter.CreateHistogram<double>("hospital.write.duration", "s", "Time of one durable write.");
    }

    /// <summary>Spans of the line's work.</summary>
    public static ActivitySource Activities { get; } = new(Name);

    /// <summary>What each role counted since this process started.</summary>
    public IReadOnlyDictionary<string, RoleCounters> Roles => _roles;

    /// <summary>Counts records taken in.</summary>
    public void Received(string role, string stream, long records)
    {
        _received.Add(records, new("role", role), new("stream", stream));
        Of(role).AddReceived(records);
    }

    /// <summary>Counts records written durably, with the time the write took.</summary>
    public void Written(string role, string stream, long records, TimeSpan took)
    {
        _written.Add(records, new("role", role), new("stream", stream));
        _writeSeconds.Record(took.TotalSeconds, new KeyValuePair<string, object?>("role", role));
        Of(role).AddWritten(records);
    }

    /// <summary>Counts records sent to the dead-letter topic.</summary>
    public void DeadLettered(string role, string stream, string reason, long records = 1)
    {
        _deadLettered.Add(records, new("role", role), new("stream", stream), new("reason", reason));
        Of(role).AddDeadLettered(records);
    }

    /// <summary>Counts one retry.</summary>
    public void Retried(string role, string failure)
    {
        _retries.Add(1, new("role", role), new("failure", failure));
        Of(role).AddRetry();
    }

    /// <summary>Counts a load job of BigQuery.</summary>
    /// <param name="table">The table it is for.</param>
    /// <param name="outcome">loaded, or BigQuery's reason for its failure.</param>
    public void LoadJob(string table, string outcome) => _loadJobs.Add(1, new("table", table), new("outcome", outcome));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private RoleCounters Of(string role) => _roles.GetOrAdd(role, static _ => new RoleCounters());
}
