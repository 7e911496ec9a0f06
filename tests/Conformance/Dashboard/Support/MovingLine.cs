using System.Globalization;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Line;

namespace HospitalStreaming.Tests.Conformance.Dashboard.Support;

/// <summary>A line that moves: made-up figures for looking at the page.</summary>
internal sealed class MovingLine : ILineStatus
{
    private static readonly string[] Titles = ["Producer", "Event topics", "Landing", "PostgreSQL", "Capture", "Change topics", "Lake", "Warehouse", "Transform", "Dashboard"];
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;

    public LineSnapshot Current
    {
        get
        {
            var now = DateTimeOffset.UtcNow;
            var seconds = (now - _start).TotalSeconds;
            return new LineSnapshot(now, [.. LineStopNames.InOrder.Select((name, i) =>
            {
                var rate = 6 + (3 * Math.Sin((seconds / 7) - (i * 0.4))) + (i % 2 * 0.7);
                var slow = name == LineStopNames.Warehouse && (int)(seconds / 40) % 2 == 1;
                return new LineStop(name, Titles[i], slow ? RoleCondition.Starting : RoleCondition.Healthy, slow ? "waiting for: the warehouse's claim table" : string.Empty,
                    74_210 + (long)(seconds * 6) - (i * 3), Math.Round(rate, 2), name == LineStopNames.Producer ? null : (long)(Math.Abs(Math.Sin((seconds / 5) + i)) * 12),
                    name == LineStopNames.Producer ? null : Math.Round(Math.Abs(Math.Sin((seconds / 5) + i)) * 0.8, 2), name == LineStopNames.Landing ? 3 : 0,
                    name switch
                    {
                        LineStopNames.Postgres => [new LineFact("WAL kept", "18.2 MB"), new LineFact("Database size", "96.4 MB")],
                        LineStopNames.Lake => [new LineFact("Objects", ((long)seconds + 812).ToString(CultureInfo.InvariantCulture)), new LineFact("Size", "11.8 MB")],
                        _ => [new LineFact("Partitions", "18")],
                    });
            })]);
        }
    }
}
