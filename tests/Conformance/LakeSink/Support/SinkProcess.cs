using System.Diagnostics;
using System.Globalization;
using System.Text;
using HospitalStreaming.Tests.Conformance.Lake.Support;

namespace HospitalStreaming.Tests.Conformance.LakeSink.Support;

/// <summary>`hospital run lakesink` as a process that can be killed, stopped and woken.</summary>
internal sealed class SinkProcess : IDisposable
{
    private readonly StringBuilder _output = new();
    private readonly Process _process;

    public SinkProcess(IReadOnlyDictionary<string, string> settings, IReadOnlyDictionary<string, string> environment)
    {
        _process = ProductCommand.Start(["run", "lakesink", .. settings.SelectMany(setting => new[] { "--set", $"{setting.Key}={setting.Value}" })], environment);
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    /// <summary>What it said.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>kill -9.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGSTOP: it stays as it is, its connections open, until <see cref="Wake"/>.</summary>
    public void Sleep() => Signal("STOP");

    /// <summary>SIGCONT.</summary>
    public void Wake() => Signal("CONT");

    public async Task GoneAsync(CancellationToken cancellation) => await _process.WaitForExitAsync(cancellation);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.AppendLine(line);
            }
        }
    }
}
