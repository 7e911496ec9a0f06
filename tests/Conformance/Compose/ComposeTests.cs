using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HospitalStreaming.Hospital.Composition;
using HospitalStreaming.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Compose;

/// <summary>docker-compose.yml against the product's own options: images cannot be pulled here, but its wiring can be checked.</summary>
public sealed partial class ComposeTests
{
    private const string OurImage = "hospital-streaming:local";
    private const string Prefix = "HOSPITAL__";

    /// <summary>Where each server of the file listens inside its network.</summary>
    private static readonly HashSet<string> Listeners = ["redpanda:29092", "postgres:5432", "warehouse:5432", "gcs:4443", "bigquery:9050", "connect:8083"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_role_starts_with_the_settings_of_its_container()
    {
        var ours = await OurServicesAsync();
        foreach (var (name, service) in ours)
        {
            var roles = service.List("command")[1..];
            service.List("command")[0].ShouldBe("run", name);
            await using var app = LineHost.Build(ConfigurationOf(service), roles, static _ => { });
            app.Services.GetServices<IHostedService>().ShouldNotBeEmpty($"{name}: everything its role asks for is registered");
        }

        // Debezium stands in for our capture.
        ours.Values.SelectMany(service => service.List("command")[1..]).Distinct().ShouldBe(Roles.All.Except([RoleNames.Capture]), ignoreOrder: true);
    }

    [Fact]
    public async Task A_setting_of_a_container_that_nobody_reads_is_noticed()
    {
        var service = (await OurServicesAsync())["producer"];
        service["environment"]!["HOSPITAL__Producer__Rte"] = "5";
        Should.Throw<Hosting.Settings.SettingsException>(() => LineHost.Build(ConfigurationOf(service), ["producer"], static _ => { })).Message.ShouldContain("Producer:Rte");
    }

    [Fact]
    public async Task Every_address_is_that_of_a_service_it_waits_for_or_that_waits_for_the_same()
    {
        var services = await ComposeFile.ServicesAsync(Cancellation);
        foreach (var (name, service) in services)
        {
            foreach (var address in service.Environment().Values.SelectMany(Addresses))
            {
                Listeners.ShouldContain(address, name);
                Ancestors(services, name).ShouldContain(address.Split(':')[0], $"{name} uses {address} and must start after it");
            }
        }
    }

    [Fact]
    public async Task Every_lasting_service_has_a_health_check_and_is_waited_for_by_health()
    {
        var services = await ComposeFile.ServicesAsync(Cancellation);
        string[] once = ["bucket", "connector"];
        services.Where(service => !once.Contains(service.Key)).Where(service => service.Value["healthcheck"] is null).Select(service => service.Key).ShouldBeEmpty();
        var waits = services.SelectMany(service => Dependencies(service.Value).Select(dependency => (service.Key, dependency.Key, Condition: dependency.Value!["condition"]!.GetValue<string>())));
        waits.Where(wait => wait.Condition != (once.Contains(wait.Item2) ? "service_completed_successfully" : "service_healthy")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Images_are_pinned_nobody_is_root_and_ports_open_on_loopback_only()
    {
        // The three images below run as users of their own (Redpanda's and Debezium's say so in their Dockerfiles; ours ends with USER).
        string[] unprivileged = [OurImage, "docker.redpanda.com/redpandadata/redpanda", "docker.redpanda.com/redpandadata/console", "quay.io/debezium/connect"];
        foreach (var (name, service) in await ComposeFile.ServicesAsync(Cancellation))
        {
            var image = service["image"]!.GetValue<string>();
            image.ShouldMatch(image == OurImage ? ".*" : @":v?\d+\.\d+", name);
            var user = service["user"]?.GetValue<string>();
            // The one-shot that hands a fresh volume to the unprivileged user has no network and ends at once.
            (user is not null and not "root" and not "0" || unprivileged.Any(image.StartsWith) || (name == "bucket" && service["network_mode"]!.GetValue<string>() == "none")).ShouldBeTrue(name);
            (service["ports"]?.AsArray() ?? []).ShouldAllBe(port => port!["host_ip"]!.GetValue<string>() == "127.0.0.1");
        }
    }

    [Fact]
    public async Task Without_generated_passwords_it_says_how_to_make_them()
    {
        foreach (var missing in ComposeFile.Passwords.Keys)
        {
            var (code, output) = await ComposeFile.ConfigAsync(ComposeFile.Passwords.Where(entry => entry.Key != missing).ToDictionary(), Cancellation);
            code.ShouldNotBe(0, missing);
            output.ShouldContain("make-env.sh", Case.Sensitive, missing);
        }
    }

    private static async Task<Dictionary<string, JsonObject>> OurServicesAsync() =>
        (await ComposeFile.ServicesAsync(Cancellation)).Where(service => service.Value["image"]!.GetValue<string>() == OurImage).ToDictionary();

    private static IConfiguration ConfigurationOf(JsonObject service) => new ConfigurationBuilder()
        .AddInMemoryCollection(service.Environment().Where(entry => entry.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(entry => KeyValuePair.Create<string, string?>(entry.Key[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal), entry.Value)))

        // The image sets the models' folder.
        .AddInMemoryCollection(new Dictionary<string, string?> { ["Transform:ModelsFolder"] = Path.Combine(Transform.Support.Repository.Root, "models") })
        .Build();

    private static IEnumerable<string> Addresses(string value)
    {
        if (HostSetting().Match(value) is { Success: true } host)
        {
            return [host.Groups[1].Value + ":5432"];
        }

        return HostAndPort().Matches(value).Select(match => match.Groups[1].Value);
    }

    private static JsonObject Dependencies(JsonObject service) => service["depends_on"]?.AsObject() ?? [];

    private static HashSet<string> Ancestors(Dictionary<string, JsonObject> services, string name) =>
        [.. Dependencies(services[name]).SelectMany(dependency => Ancestors(services, dependency.Key).Append(dependency.Key))];

    [GeneratedRegex(@"(?:^|[/;,])([a-z][a-z-]*:\d{2,5})(?:[/;,]|$)")]
    private static partial Regex HostAndPort();

    [GeneratedRegex(@"\bHost=([a-z-]+)")]
    private static partial Regex HostSetting();
}
