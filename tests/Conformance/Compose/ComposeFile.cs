using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using HospitalStreaming.Tests.Conformance.Transform.Support;
using HospitalStreaming.Tests.Support.Servers;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Compose;

/// <summary>docker-compose.yml as the lab's docker-compose reads it: anchors merged, variables filled.</summary>
internal static class ComposeFile
{
    /// <summary>What make-env.sh writes into .env.</summary>
    public static readonly IReadOnlyDictionary<string, string> Passwords = new Dictionary<string, string>
    {
        ["HOSPITAL_DB_PASSWORD"] = "database-password",
        ["HOSPITAL_DB_CAPTURE_PASSWORD"] = "capture-password",
        ["HOSPITAL_WAREHOUSE_PASSWORD"] = "warehouse-password",
        ["HOSPITAL_DASHBOARD_USER"] = "hospital",
        ["HOSPITAL_DASHBOARD_PASSWORD_HASH"] = "pbkdf2-sha256:600000:c2FsdHNhbHRzYWx0c2FsdA==:aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g=",
    };

    /// <summary>Its services by name.</summary>
    public static async Task<Dictionary<string, JsonObject>> ServicesAsync(CancellationToken cancellation)
    {
        var (code, output) = await ConfigAsync(Passwords, cancellation);
        return code == 0
            ? JsonNode.Parse(output)!["services"]!.AsObject().ToDictionary(service => service.Key, service => service.Value!.AsObject())
            : throw new InvalidOperationException(output);
    }

    /// <summary>Runs docker-compose config; the output is JSON, or what it complained of.</summary>
    public static async Task<(int Code, string Output)> ConfigAsync(IReadOnlyDictionary<string, string> environment, CancellationToken cancellation)
    {
        Lab.SkipWhenAbsent();
        Assert.SkipWhen(File.Exists(Path.Combine(Repository.Root, ".env")), "This checkout has a .env of its own, whose passwords docker-compose would read.");
        var start = new ProcessStartInfo(Lab.Program("docker-compose"), ["-f", "docker-compose.yml", "config", "--format", "json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var compose = Process.Start(start)!;
        var complaint = compose.StandardError.ReadToEndAsync(cancellation);
        var output = await compose.StandardOutput.ReadToEndAsync(cancellation);
        await compose.WaitForExitAsync(cancellation);
        return compose.ExitCode == 0 ? (0, output) : (compose.ExitCode, await complaint);
    }

    /// <summary>A list of strings of a service, e.g. its command.</summary>
    public static string[] List(this JsonObject service, string name) => service[name].Deserialize<string[]>() ?? [];

    /// <summary>Its environment.</summary>
    public static Dictionary<string, string> Environment(this JsonObject service) => service["environment"].Deserialize<Dictionary<string, string>>() ?? [];
}
