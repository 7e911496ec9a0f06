using System.Diagnostics;
using Spectre.Console;

namespace HospitalStreaming.Hospital.Up;

/// <summary>Shows what `hospital up` is doing: a line a step, with its time; on a terminal the step under way turns.</summary>
internal sealed class StartProgress
{
    private const int LogWidth = 400;
    private readonly IAnsiConsole _console;
    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();

    /// <summary>Shows on a console; where that is a file or a pipe, lines are not wrapped.</summary>
    public StartProgress(IAnsiConsole console)
    {
        _console = console;
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = LogWidth;
        }
    }

    /// <summary>Time since `up` began.</summary>
    public TimeSpan Elapsed => _sinceStart.Elapsed;

    /// <summary>Runs a step and says how long it took.</summary>
    public async Task<T> StepAsync<T>(string doing, Func<Task<T>> work, Func<T, string> done)
    {
        var watch = Stopwatch.StartNew();
        var result = _console.Profile.Capabilities.Interactive
            ? await _console.Status().StartAsync(Markup.Escape(doing), _ => work())
            : await work();
        Say($"{done(result)} ({watch.Elapsed.TotalSeconds:0.0} s)");
        return result;
    }

    /// <summary>Says one thing.</summary>
    public void Say(string text) => _console.MarkupLineInterpolated($"[green]>[/] {text}");

    /// <summary>Says what needs attention.</summary>
    public void Warn(string text) => _console.MarkupLineInterpolated($"[yellow]![/] {text}");
}
