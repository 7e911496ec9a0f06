using System.Diagnostics;

namespace HospitalStreaming.Bench.Measuring;

/// <summary>A program that is measured: what it said last is kept for the message where it fails, and it is gone afterwards.</summary>
internal sealed class MeasuredProcess : IDisposable
{
    private const int LinesKept = 20;
    private readonly Process _process;
    private readonly Queue<string> _said = new();

    private MeasuredProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    internal bool HasExited => _process.HasExited;

    internal static MeasuredProcess Start(ProcessStartInfo start) => new(start);

    /// <summary>Roles of the product with settings.</summary>
    internal static ProcessStartInfo Hospital(IEnumerable<string> roles, IEnumerable<string> settings) => new(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "hospital.dll"), "run", .. roles, .. settings.SelectMany(setting => new[] { "--set", setting })]);

    internal ProcessFigures Figures() => ProcessFigures.Of(_process);

    /// <summary>Waits until enough records are counted.</summary>
    /// <exception cref="InvalidOperationException">It ended, or is too slow; with what it said.</exception>
    internal (TimeSpan At, long Records, ProcessFigures Figures) WaitFor(Func<long> count, long records, TimeSpan patience)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var counted = count();
            if (counted >= records)
            {
                return (Stopwatch.GetElapsedTime(0), counted, Figures());
            }

            if (HasExited || Stopwatch.GetElapsedTime(began) > patience)
            {
                lock (_said)
                {
                    throw new InvalidOperationException($"{counted} of {records} records after {Stopwatch.GetElapsedTime(began)}; it said:\n{string.Join('\n', _said)}");
                }
            }

            _process.WaitForExit(TimeSpan.FromMilliseconds(20));
        }
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_said)
        {
            _said.Enqueue(line.Data ?? string.Empty);
            if (_said.Count > LinesKept)
            {
                _said.Dequeue();
            }
        }
    }
}
