namespace HospitalStreaming.Hosting.Telemetry;

/// <summary>One role's running totals in this process.</summary>
public sealed class RoleCounters
{
    private long _received;
    private long _written;
    private long _deadLettered;
    private long _retries;

    /// <summary>Records taken in.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Records written durably.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Records set aside.</summary>
    public long DeadLettered => Interlocked.Read(ref _deadLettered);

    /// <summary>Attempts after a transient failure.</summary>
    public long Retries => Interlocked.Read(ref _retries);

    internal void AddReceived(long records) => Interlocked.Add(ref _received, records);

    internal void AddWritten(long records) => Interlocked.Add(ref _written, records);

    internal void AddDeadLettered(long records) => Interlocked.Add(ref _deadLettered, records);

    internal void AddRetry() => Interlocked.Increment(ref _retries);
}
