using System.Globalization;
using HospitalStreaming.Dashboard.Settings;
using HospitalStreaming.Hospital.Commands;
using HospitalStreaming.Hospital.Composition;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Logging;
using HospitalStreaming.Hosting.Ports;
using HospitalStreaming.Hosting.State;
using HospitalStreaming.Kafka.Clients;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace HospitalStreaming.Hospital.Up;

/// <summary>
/// One embedded line from its first server to its last: starts servers, then roles, announces its addresses, waits for Ctrl-C, and stops in the
/// order data flows, so that what was taken in is carried as far as it goes.
/// </summary>
internal sealed class EmbeddedLine(IConfigurationRoot configuration, StateFolder state, StartProgress progress) : IAsyncDisposable
{
    private readonly RoleHealth _health = new(TimeProvider.System);
    private readonly FileLog _log = new(Path.Combine(state.Folder("logs"), "hospital.log"), TimeProvider.System);
    private EmbeddedServers? _servers;
    private WebApplication? _app;

    /// <summary>Runs until cancelled; the process's exit code.</summary>
    public async Task<int> RunAsync(CancellationToken stopping)
    {
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(_log).SetMinimumLevel(LogLevel.Information));
        _servers = new EmbeddedServers(configuration, state, _health, TimeProvider.System, loggers);
        try
        {
            var addresses = await progress.StepAsync("Starting PostgreSQL and the broker", () => _servers.StartAsync(stopping), _ => "PostgreSQL and the broker run");
            await StartRolesAsync(addresses, stopping);
            await new HistoryWatch(_app!.Services, progress).UntilChartAsync(Url(), stopping);
            progress.Say($"Dashboard: {Url()}   Broker: {addresses.GetValueOrDefault("Kafka:BootstrapServers") ?? configuration["Kafka:BootstrapServers"]}   Stop with Ctrl-C");
            await Task.Delay(Timeout.Infinite, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            progress.Say("Stopping, in the order data flows");
        }

        await StopAsync();
        return ExitCodes.Success;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _log.Dispose();
    }

    private async Task StartRolesAsync(Dictionary<string, string?> addresses, CancellationToken stopping)
    {
        addresses["Lake:Folder"] = configuration["Lake:Folder"] ?? state.Folder("lake");
        var complete = new ConfigurationBuilder().AddInMemoryCollection(addresses).AddConfiguration(configuration).Build();
        _app = LineHost.Build(complete, Roles.All, logging => logging.AddProvider(_log).SetMinimumLevel(LogLevel.Information), _health);
        await _app.Services.GetRequiredService<TopicSetup>().EnsureAsync(stopping);
        try
        {
            await _app.StartAsync(stopping);
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            var holder = int.TryParse(complete["Dashboard:Port"] ?? new DashboardOptions().Port, CultureInfo.InvariantCulture, out var port) ? PortHolder.Describe(port) : null;
            throw new StartException(
                $"the dashboard cannot listen: {taken.Message}{(holder is null ? string.Empty : $" by {holder}")}. Stop that one, or give another port with --port or Dashboard:Port (0 takes a free one)");
        }

        addresses["Dashboard:Url"] = Url();
        RunningLine.Announce(state.FullPath, complete.AsEnumerable()
            .Where(entry => entry.Value is not null && Announced.Contains(entry.Key.Split(':')[0]))
            .Concat([new("Dashboard:Url", Url())])
            .ToDictionary(entry => entry.Key, entry => entry.Value));
    }

    /// <summary>Sections another command needs to find this line's data.</summary>
    private static readonly string[] Announced = ["Kafka", "Postgres", "Lake", "Warehouse", "Capture", "Transform", "Producer"];

    private string Url() => _app!.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
        ?.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) ?? string.Empty;

    private async Task StopAsync()
    {
        RunningLine.Withdraw(state.FullPath);
        if (_app is not null)
        {
            using var budget = new CancellationTokenSource(HostingServices.StopBudget);
            await _app.StopAsync(budget.Token);
            await _app.DisposeAsync();
            _app = null;
        }

        if (_servers is not null)
        {
            await _servers.DisposeAsync();
            _servers = null;
        }
    }
}
