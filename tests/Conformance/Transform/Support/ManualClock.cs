using System.Globalization;

namespace HospitalStreaming.Tests.Conformance.Transform.Support;

/// <summary>A clock that a test sets; timers run on the machine's time.</summary>
internal sealed class ManualClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public static ManualClock At(string day) => new(DateTimeOffset.Parse(day + "T12:00:00Z", CultureInfo.InvariantCulture));

    public override DateTimeOffset GetUtcNow() => Now;
}
