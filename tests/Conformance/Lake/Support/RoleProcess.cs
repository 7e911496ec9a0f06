using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace HospitalStreaming.Tests.Conformance.Lake.Support;

/// <summary>`hospital run ROLE` as a process that can be killed, stopped and woken.</summary>
internal sealed class RoleProcess : IDisposable
{
    private readonly StringBuilder _output = new();
    private readonly Process _process;

    public RoleProcess(string role, IReadOnlyDictionary<string, string> settings, IReadOnlyDictionary<string, string> environment)
    {
        _process = ProductCommand.Start(["run", role, .. settings.SelectMany(setting => new[] { "--set", $"{setting.Key}={setting.Value}" })], environment);
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The most memory it ever had (VmHWM).</summary>
    public long PeakBytes => 1024 * long.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
        CultureInfo.InvariantCulture);

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

    /// <summary>SIGTERM.</summary>
    public void AskToStop() => Signal("TERM");

    /// <summary>Whether every signal sent to it has been delivered: two alike that wait are one.</summary>
    public bool HasTakenSignals => File.ReadLines($"/proc/{_process.Id}/status").Where(line => line.StartsWith("ShdPnd", StringComparison.Ordinal) || line.StartsWith("SigPnd", StringComparison.Ordinal)).All(line => line.TrimEnd().EndsWith("0000000000000000", StringComparison.Ordinal));

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
