using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace HospitalStreaming.Tests.EndToEnd.Support;

/// <summary>The product as its user runs it: `hospital up` as a process of its own, in a state folder of its own, on free ports.</summary>
internal sealed class HospitalProcess : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly StringBuilder _output = new();
    private readonly string _state;
    private readonly Process _process;

    private HospitalProcess(string state, Process process)
    {
        _state = state;
        _process = process;
    }

    /// <summary>What it printed so far.</summary>
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

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Peak and current resident memory, bytes (VmHWM, VmRSS).</summary>
    public long ResidentBytes => Status("VmRSS:");

    /// <summary>Starts `hospital up`; returns at once.</summary>
    public static HospitalProcess Up(string state, params string[] settings) => Start(state, ["up", "--state", state, .. FreePorts, .. settings]);

    /// <summary>Starts `hospital run ROLE…` against the servers the environment names.</summary>
    public static HospitalProcess Run(IEnumerable<string> roles, IReadOnlyDictionary<string, string> environment) => Start(string.Empty, ["run", .. roles], environment);

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int Code, string Output)> RunAsync(IEnumerable<string> arguments, TimeSpan limit, CancellationToken cancellation, IReadOnlyDictionary<string, string>? environment = null)
    {
        await using var run = Start(string.Empty, arguments, environment);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(limit);
        await run._process.WaitForExitAsync(timeout.Token);
        return (run._process.ExitCode, run.Output);
    }

    /// <summary>`hospital verify` on this state folder.</summary>
    public static Task<(int Code, string Output)> VerifyAsync(string state, CancellationToken cancellation) =>
        RunAsync(["verify", "--state", state], TimeSpan.FromMinutes(3), cancellation);

    /// <summary>Waits until the dashboard shows at least that many visits, as a browser would see it; returns how many it shows.</summary>
    public Task<long> VisitsAsync(long atLeast, CancellationToken cancellation) =>
        Wait.ForAsync($"{atLeast} visits on the chart", TimeSpan.FromSeconds(180), async () => await ShownVisitsAsync(cancellation) is { } visits && visits >= atLeast ? visits : (long?)null, () => Output, cancellation);

    /// <summary>Waits until every role has started (the line has announced itself).</summary>
    public Task RunningAsync(CancellationToken cancellation) =>
        Wait.UntilAsync("the line to announce itself", TimeSpan.FromSeconds(90), () => Task.FromResult(Ended() ?? Url() is not null), () => Output, cancellation);

    /// <summary>A GET on the dashboard; null while it does not answer.</summary>
    public async Task<JsonElement?> GetAsync(string path, CancellationToken cancellation)
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"hospital ended with code {_process.ExitCode}:\n{Output}");
        }

        try
        {
            return Url() is { } url ? await Http.GetFromJsonAsync<JsonElement>(new Uri(new Uri(url), path), cancellation) : null;
        }
        catch (Exception away) when (away is HttpRequestException or JsonException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The dashboard's address, once the line has announced it.</summary>
    public string? Url() => Setting("Dashboard:Url");

    /// <summary>A setting the running line announced in its state folder.</summary>
    public string? Setting(string key)
    {
        try
        {
            using var announced = JsonDocument.Parse(File.ReadAllText(Path.Combine(_state, "running.json")));
            return announced.RootElement.GetProperty("Pid").GetInt32() == Id && announced.RootElement.GetProperty("Settings").TryGetProperty(key, out var value) ? value.GetString() : null;
        }
        catch (Exception absent) when (absent is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Ctrl-C, and the exit code.</summary>
    public async Task<int> InterruptAsync(TimeSpan limit, CancellationToken cancellation)
    {
        Signal("INT", Id);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(limit);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    /// <summary>kill -9 of the whole process, with or without its PostgreSQL servers.</summary>
    public async Task KillAsync(bool withPostgres, CancellationToken cancellation)
    {
        var servers = withPostgres ? PostgresProcesses() : [];
        Signal("KILL", [Id, .. servers]);
        await _process.WaitForExitAsync(cancellation);
    }

    /// <summary>PostgreSQL processes whose data is in this state folder, children included.</summary>
    public IReadOnlyList<int> PostgresProcesses() => Postgres(_state);

    /// <summary>PostgreSQL servers (postmasters) that run on a state folder's data, by their own pid files.</summary>
    public static IReadOnlyList<int> Postmasters(string state) =>
        [.. new[] { "hospital", "warehouse" }.Select(name => Path.Combine(state, "postgres", name, "data", "postmaster.pid")).Where(File.Exists)
            .Select(file => int.Parse(File.ReadLines(file).First(), CultureInfo.InvariantCulture)).Where(pid => CommandLine(pid).Contains("postgres", StringComparison.Ordinal))];

    /// <summary>PostgreSQL processes that run on a state folder's data, children included.</summary>
    public static IReadOnlyList<int> Postgres(string state)
    {
        var postmasters = Postmasters(state).ToHashSet();
        return [.. postmasters, .. Children(postmasters)];
    }

    /// <summary>kill -9 of processes that may be gone already.</summary>
    public static void KillAll(IReadOnlyList<int> pids)
    {
        if (pids.Count > 0)
        {
            Signal("KILL", pids);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal("KILL", [Id, .. _state.Length > 0 ? Postgres(_state) : []]);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static string[] FreePorts =>
        ["--set", "Line:BrokerPort=0", "--set", "Line:PostgresPort=0", "--set", "Line:WarehousePort=0", "--set", "Dashboard:Port=0"];

    private static HospitalProcess Start(string state, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "hospital.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        var hospital = new HospitalProcess(state, process);
        process.OutputDataReceived += (_, line) => hospital.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => hospital.Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return hospital;
    }

    private bool? Ended() => _process.HasExited ? throw new InvalidOperationException($"hospital ended with code {_process.ExitCode}:\n{Output}") : null;

    private async Task<long?> ShownVisitsAsync(CancellationToken cancellation)
    {
        if (await GetAsync("/api/tiles/overview", cancellation) is not { } tile || tile.GetProperty("rows").GetArrayLength() == 0)
        {
            return null;
        }

        var column = tile.GetProperty("columns").EnumerateArray().ToList().FindIndex(name => name.GetString() == "visits");
        return tile.GetProperty("rows")[0][column].GetInt64();
    }

    private static IEnumerable<int> Children(IReadOnlySet<int> parents) => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid > 0 && !parents.Contains(pid) && parents.Contains(ParentOf(pid)));

    private static int ParentOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    private static void Signal(string signal, params IReadOnlyList<int> pids)
    {
        using var kill = Process.Start("kill", ["-" + signal, .. pids.Select(pid => pid.ToString(CultureInfo.InvariantCulture))]);
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

    private long Status(string field) =>
        long.Parse(File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
}
