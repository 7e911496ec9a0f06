using System.Diagnostics;
using HospitalStreaming.Tests.Conformance.Broker.Support;
using HospitalStreaming.Tests.Support.Servers;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Broker;

/// <summary>The command-line clients that people have: rpk (franz-go), kcat (an old librdkafka) and Kafka's own Java tools, on our broker.</summary>
public sealed class CommandLineTests(EmbeddedBrokerUnderTest broker) : IClassFixture<EmbeddedBrokerUnderTest>
{
    [Fact]
    public async Task Rpk_creates_lists_describes_produces_and_consumes()
    {
        var rpk = Lab.Program("rpk");
        var topic = $"rpk-{Guid.NewGuid():N}";
        (await RunAsync(rpk, null, "topic", "create", topic, "-p", "3", "-c", "retention.ms=-1", "--brokers", broker.BootstrapServers)).ShouldContain("OK");
        (await RunAsync(rpk, null, "topic", "list", "--brokers", broker.BootstrapServers)).ShouldContain(topic);
        var described = await RunAsync(rpk, null, "topic", "describe", topic, "--print-all", "--brokers", broker.BootstrapServers);
        described.ShouldContain("DYNAMIC_TOPIC_CONFIG");
        described.ShouldContain("LOG-START-OFFSET");
        (await RunAsync(rpk, "one\ntwo\nthree\n", "topic", "produce", topic, "-k", "k", "-z", "zstd", "--brokers", broker.BootstrapServers)).ShouldContain("at offset 2");
        (await RunAsync(rpk, null, "topic", "consume", topic, "-n", "3", "-f", "%k=%v;", "-g", topic, "--brokers", broker.BootstrapServers)).ShouldBe("k=one;k=two;k=three;");
        (await RunAsync(rpk, null, "group", "describe", topic, "--brokers", broker.BootstrapServers)).ShouldContain("TOTAL-LAG    0");
        (await RunAsync(rpk, null, "topic", "add-partitions", topic, "-n", "2", "--brokers", broker.BootstrapServers)).ShouldContain("OK");
        (await RunAsync(rpk, null, "topic", "alter-config", topic, "--set", "retention.ms=1000", "--brokers", broker.BootstrapServers)).ShouldContain("OK");
        (await RunAsync(rpk, null, "topic", "delete", topic, "--brokers", broker.BootstrapServers)).ShouldContain("OK");
    }

    [Fact]
    public async Task Kcat_produces_consumes_and_joins_a_group()
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/kcat"), "kcat is not installed (apt-get install kcat).");
        var topic = await Clients.NewTopicAsync(broker.BootstrapServers, "kcat", 2);
        await RunAsync("kcat", "a:1\nb:2\nc:3\n", "-b", broker.BootstrapServers, "-P", "-t", topic, "-K:", "-X", "enable.idempotence=true", "-z", "lz4");
        Sorted(await RunAsync("kcat", null, "-b", broker.BootstrapServers, "-C", "-t", topic, "-e", "-q", "-f", "%k:%s\n")).ShouldBe(["a:1", "b:2", "c:3"]);
        Sorted(await RunAsync("kcat", null, "-b", broker.BootstrapServers, "-G", topic, topic, "-e", "-q", "-f", "%k:%s\n", "-X", "auto.offset.reset=earliest"))
            .ShouldBe(["a:1", "b:2", "c:3"]);
        (await RunAsync("kcat", null, "-b", broker.BootstrapServers, "-L", "-t", topic)).ShouldContain("2 partitions");
        (await RunAsync("kcat", null, "-b", broker.BootstrapServers, "-Q", "-t", $"{topic}:0:-1")).ShouldContain("offset");
    }

    [Fact]
    public async Task Kafkas_own_tools_create_describe_produce_consume_and_describe_groups()
    {
        Lab.SkipWhenAbsent();
        var topic = $"java-{Guid.NewGuid():N}";
        const string Tools = "org.apache.kafka.tools.";
        (await JavaAsync(null, Tools + "TopicCommand", "--create", "--topic", topic, "--partitions", "2", "--config", "retention.ms=5000000")).ShouldContain("Created");
        var described = await JavaAsync(null, Tools + "TopicCommand", "--describe", "--topic", topic);
        described.ShouldContain("PartitionCount: 2");
        described.ShouldContain("retention.ms=5000000");
        await JavaAsync("k1:one\nk2:two\n", Tools + "ConsoleProducer", "--topic", topic, "--property", "parse.key=true", "--property", "key.separator=:", "--compression-codec", "snappy");
        Sorted(await JavaAsync(null, Tools + "consumer.ConsoleConsumer", "--topic", topic, "--from-beginning", "--max-messages", "2", "--group", topic, "--timeout-ms", "20000"))
            .ShouldBe(["one", "two"]);
        (await JavaAsync(null, Tools + "consumer.group.ConsumerGroupCommand", "--describe", "--group", topic)).ShouldContain(topic);
    }

    private static string[] Sorted(string lines) => [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    private static async Task<string> RunAsync(string program, string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}: {output}{await errors}");
            return output;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end");
        }
    }

    private Task<string> JavaAsync(string? input, string tool, params string[] arguments) =>
        RunAsync(Path.Combine(Lab.Folder!, "lab"), input, ["kafka-tool", tool, "--bootstrap-server", broker.BootstrapServers, .. arguments]);
}
