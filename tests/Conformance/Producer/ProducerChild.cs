using System.Diagnostics;
using System.Runtime.CompilerServices;
using HospitalStreaming.Hosting;
using HospitalStreaming.Producer;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace HospitalStreaming.Tests.Conformance.Producer;

/// <summary>
/// Makes this test program a producer where HOSPITAL_PRODUCER_CHILD names the broker, so that a test can kill a producer's process. Its other
/// settings come from the environment as in the product.
/// </summary>
internal static class ProducerChild
{
    private const string BrokerVariable = "HOSPITAL_PRODUCER_CHILD";

    public static Process Start(string bootstrapServers, params (string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[BrokerVariable] = bootstrapServers;
        foreach (var (key, value) in settings)
        {
            start.Environment["HOSPITAL__" + key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        return Process.Start(start)!;
    }

    public static IHost Build(string bootstrapServers, IConfiguration? more = null, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        if (more is not null)
        {
            builder.Configuration.AddConfiguration(more);
        }

        builder.Configuration.AddInMemoryCollection(settings.Append(("Kafka:BootstrapServers", bootstrapServers))
            .Select(setting => new KeyValuePair<string, string?>(setting.Item1, setting.Item2)));
        builder.Services.AddHospitalDefaults("hospital-producer");
        builder.Services.AddProducerRole(builder.Configuration);
        return builder.Build();
    }

#pragma warning disable CA2255 // A program, not a library: this is its second way to start.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(BrokerVariable) is { Length: > 0 } bootstrapServers)
        {
            using var host = Build(bootstrapServers, new ConfigurationBuilder().AddEnvironmentVariables("HOSPITAL__").Build());
            host.Run();
            Environment.Exit(0);
        }
    }
}
