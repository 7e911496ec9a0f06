using System.CommandLine;
using HospitalStreaming.Hospital.Composition;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Kafka.Clients;

namespace HospitalStreaming.Hospital.Commands;

/// <summary>`hospital run ROLE…`: one or more roles against outside servers, as containers run them; logs are JSON on standard output.</summary>
internal static class RunCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var common = new CommonOptions();
        var roles = new Argument<string[]>("role") { Description = "Roles to run: " + string.Join(", ", Roles.All) + ".", Arity = ArgumentArity.OneOrMore };
        roles.AcceptOnlyFromAmong([.. Roles.All]);
        var command = new Command("run", "Run roles against the servers the settings name (Kafka, PostgreSQL, lake, warehouse).") { roles };
        common.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(common, parsed, parsed.GetValue(roles)!, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CommonOptions common, ParseResult parsed, IReadOnlyCollection<string> roles, CancellationToken cancellation)
    {
        await using var app = LineHost.Build(Settings.Build(common.Overrides(parsed)), roles, logging => logging.AddJsonConsole(console => console.UseUtcTimestamp = true));

        // In a container of one role, a role that has ended is a process that should end, so that the orchestrator restarts it.
        var lifetime = app.Services.GetRequiredService<IHostApplicationLifetime>();
        using var onSignal = cancellation.Register(lifetime.StopApplication);
        await EnsureTopicsAsync(app, lifetime.ApplicationStopping);
        await app.StartAsync(cancellation);
        var ended = Task.WhenAll(app.Services.GetServices<IHostedService>().OfType<BackgroundService>().Select(service => service.ExecuteTask ?? Task.CompletedTask));
        await Task.WhenAny(ended, Task.Delay(Timeout.Infinite, lifetime.ApplicationStopping).ContinueWith(_ => { }, TaskScheduler.Default));
        var failed = ended.IsCompleted && !lifetime.ApplicationStopping.IsCancellationRequested;
        using var budget = new CancellationTokenSource(Hosting.HostingServices.StopBudget);
        await app.StopAsync(budget.Token);
        return failed || app.Services.GetRequiredService<RoleHealth>().States.Any(state => state.Condition == RoleCondition.Unhealthy) ? ExitCodes.Found : ExitCodes.Success;
    }

    private static async Task EnsureTopicsAsync(WebApplication app, CancellationToken cancellation)
    {
        if (app.Services.GetService<TopicSetup>() is { } setup)
        {
            await setup.EnsureAsync(cancellation);
        }
    }
}
