using System.Diagnostics;
using Spectre.Console;

namespace HospitalStreaming.Hospital.Up;

/// <summary>Shows what `hospital up` is doing: a line a step, with its time; on a terminal the step under way turns.</summary>
internal sealed class StartProgress(IAnsiConsole console)
{
    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();

    /// <summary>Time since `up` began.</summary>
    public TimeSpan Elapsed => _sinceStart.Elapsed;

    /// <summary>Runs a step and says how long it took.</summary>
    public async Task<T> StepAsync<T>(string doing, Func<Task<T>> work, Func<T, string> done)
    {
        var watch = Stopwatch.StartNew();
        var result = console.Profile.Capabilities.Interactive
            ? await console.Status().StartAsync(Markup.Escape(doing), _ => work())
            : await work();
        Say($"{done(result)} ({watch.Elapsed.TotalSeconds:0.0} s)");
        return result;
    }

    /// <summary>Says one thing.</summary>
    public void Say(string text) => console.MarkupLineInterpolated($"[green]>[/] {text}");

    /// <summary>Says what needs attention.</summary>
    public void Warn(string text) => console.MarkupLineInterpolated($"[yellow]![/] {text}");
}
