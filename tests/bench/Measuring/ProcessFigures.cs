using System.Diagnostics;
using System.Globalization;

namespace HospitalStreaming.Bench.Measuring;

/// <summary>What Linux says of a process: CPU time so far, and the most memory it ever held (VmHWM).</summary>
internal sealed record ProcessFigures(TimeSpan Cpu, long PeakBytes)
{
    private const double TicksPerSecond = 100;

    internal static ProcessFigures Of(Process process)
    {
        var id = process.Id.ToString(CultureInfo.InvariantCulture);
        var stat = File.ReadAllText($"/proc/{id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        var peak = File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return new ProcessFigures(TimeSpan.FromSeconds(ticks / TicksPerSecond), long.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024);
    }
}
