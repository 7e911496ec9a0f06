namespace HospitalStreaming.Tests.Unit.Broker.Support;

/// <summary>A clock that stands until it is moved. Its timers are the system's: nothing tested with it depends on one.</summary>
internal sealed class ManualTime : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
