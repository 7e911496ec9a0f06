using System.Text;
using System.Threading.Channels;
using Confluent.Kafka;
using HospitalStreaming.Core.Domain.Events;
using HospitalStreaming.Kafka.Clients;

namespace HospitalStreaming.Producer.Synthea;

/// <summary>
/// Loads a Synthea CSV export (https://github.com/synthetichealth/synthea/wiki/CSV-File-Data-Dictionary) into the event topics. Loading the same
/// export again writes the same events again, which changes nothing further down the line.
/// </summary>
public sealed class SyntheaLoader(KafkaClients clients, TopicSetup topics)
{
    /// <summary>hospital_id of the loaded rows unless told otherwise.</summary>
    public const string DefaultHospitalId = "synthea";

    private const int MostInFlight = 10_000;

    /// <summary>Loads the export and returns when the broker has every event.</summary>
    /// <param name="path">Folder of CSV files, or a .tgz of one.</param>
    /// <param name="hospitalId">hospital_id of all rows; begins with "synthea", so that no simulated hospital has it too.</param>
    /// <param name="progress">Told now and then.</param>
    /// <param name="cancellation">Stops between events; what was written stays.</param>
    /// <exception cref="SyntheaException">The export cannot be read.</exception>
    /// <exception cref="KafkaException">The broker refuses.</exception>
    public async Task<SyntheaCounts> LoadAsync(string path, string hospitalId, IProgress<SyntheaProgress>? progress, CancellationToken cancellation)
    {
        if (!hospitalId.StartsWith(DefaultHospitalId, StringComparison.Ordinal) || hospitalId.Length > 30)
        {
            throw new SyntheaException($"the hospital's id must begin with {DefaultHospitalId} and have at most 30 characters");
        }

        progress?.Report(new(0, 0));
        var skipped = new SkippedRows();
        var files = await SyntheaFiles.ReadAsync(path, cancellation);
        var events = await Task.Run(() => new SyntheaEvents(hospitalId, skipped).From(files), cancellation);
        await topics.EnsureAsync(cancellation);
        await WriteAsync(events, progress, cancellation);
        var rows = events.GroupBy(value => value.Table.Name).ToDictionary(table => table.Key, table => table.DistinctBy(value => value.Key).Count());
        return new(rows, events.Count, skipped.Count, skipped.Problems);
    }

    private async Task WriteAsync(IReadOnlyList<HospitalEvent> events, IProgress<SyntheaProgress>? progress, CancellationToken cancellation)
    {
        using var producer = clients.Producer("synthea");
        using var encoder = new EventEncoder();
        var reports = Channel.CreateUnbounded<Error>(new UnboundedChannelOptions { SingleReader = true });
        var sent = 0L;
        var pending = 0;
        foreach (var value in events)
        {
            while (pending >= MostInFlight)
            {
                await AwaitOneAsync();
            }

            producer.Produce(value.Table.Topic!, Message(encoder, value), report => reports.Writer.TryWrite(report.Error));
            pending++;
        }

        while (pending > 0)
        {
            await AwaitOneAsync();
        }

        async Task AwaitOneAsync()
        {
            if (await reports.Reader.ReadAsync(cancellation) is { IsError: true } error)
            {
                throw new KafkaException(error);
            }

            pending--;
            if (++sent % 500 == 0 || sent == events.Count)
            {
                progress?.Report(new(sent, events.Count));
            }
        }
    }

    private static Message<byte[]?, byte[]?> Message(EventEncoder encoder, HospitalEvent value) => new()
    {
        Key = EventEncoder.EncodeKey(value.Key),
        Value = encoder.Encode(value),
        Headers = [new Header("event_id", Encoding.UTF8.GetBytes(value.EventId))],
    };
}
