using System.CommandLine;
using System.Text;
using Confluent.Kafka;
using HospitalStreaming.Kafka.Clients;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace HospitalStreaming.Hospital.Commands;

/// <summary>`hospital topics list|consume`: a look at the broker without rpk.</summary>
internal static class TopicsCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Makes the command.</summary>
    public static Command Create() => new("topics", "List topics, or print a topic's records.") { List(), Consume() };

    private static Command List()
    {
        var common = new CommonOptions();
        var command = new Command("list", "Every topic with its partitions and number of records.");
        common.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            var clients = Clients(common, parsed);
            using var admin = clients.Admin("topics");
            using var reader = clients.Reader("topics");
            Console.WriteLine($"{"TOPIC",-45} {"PARTITIONS",10} {"RECORDS",12}");
            foreach (var topic in admin.GetMetadata(Patience).Topics.OrderBy(topic => topic.Topic, StringComparer.Ordinal))
            {
                var records = topic.Partitions.Sum(partition =>
                {
                    var range = reader.QueryWatermarkOffsets(new TopicPartition(topic.Topic, partition.PartitionId), Patience);
                    return range.High.Value - range.Low.Value;
                });
                Console.WriteLine($"{topic.Topic,-45} {topic.Partitions.Count,10} {records,12}");
            }

            return Task.FromResult(ExitCodes.Success);
        });
        return command;
    }

    private static Command Consume()
    {
        var common = new CommonOptions();
        var topic = new Argument<string>("topic") { Description = "Topic to read." };
        var count = new Option<long?>("--num", "-n") { Description = "Stop after this many records (default: go on until Ctrl-C)." };
        var end = new Option<bool>("--from-end") { Description = "Start at the end instead of the beginning." };
        var command = new Command("consume", "Print records as JSON lines: partition, offset, key, value.") { topic, count, end };
        common.AddTo(command);
        command.SetAction((parsed, cancellation) =>
            Task.Run(() => Print(Clients(common, parsed), parsed.GetValue(topic)!, parsed.GetValue(count) ?? long.MaxValue, parsed.GetValue(end), cancellation), cancellation));
        return command;
    }

    private static int Print(KafkaClients clients, string topic, long count, bool fromEnd, CancellationToken cancellation)
    {
        using var admin = clients.Admin("topics");
        var metadata = admin.GetMetadata(topic, Patience).Topics.Single();
        if (metadata.Error.IsError || metadata.Partitions.Count == 0)
        {
            Console.Error.WriteLine($"hospital: there is no topic {topic}; see `hospital topics list`");
            return ExitCodes.Found;
        }

        using var reader = clients.Reader("topics");
        reader.Assign(metadata.Partitions.Select(partition =>
            new TopicPartitionOffset(topic, partition.PartitionId, fromEnd ? Offset.End : Offset.Beginning)));
        for (long printed = 0; printed < count && !cancellation.IsCancellationRequested;)
        {
            if (reader.Consume(TimeSpan.FromMilliseconds(200)) is { } record)
            {
                Console.WriteLine(System.Text.Json.JsonSerializer.Serialize(new
                {
                    partition = record.Partition.Value,
                    offset = record.Offset.Value,
                    key = Text(record.Message.Key),
                    value = Text(record.Message.Value),
                }));
                printed++;
            }
        }

        return ExitCodes.Success;
    }

    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);

    private static KafkaClients Clients(CommonOptions common, ParseResult parsed)
    {
        var options = new KafkaOptions();
        Microsoft.Extensions.Configuration.ConfigurationBinder.Bind(common.OfRunningLine(parsed).GetSection(KafkaOptions.Section), options);
        return new KafkaClients(Options.Create(options), NullLogger<KafkaClients>.Instance);
    }
}
