namespace HospitalStreaming.Tests.Unit.Dashboard.Support;

/// <summary>A clock the test sets.</summary>
internal sealed class HandClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 4, 1, 10, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
