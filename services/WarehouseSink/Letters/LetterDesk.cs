using System.Globalization;
using System.Text;
using Confluent.Kafka;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Warehouse.Describing;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Verify;

namespace HospitalStreaming.WarehouseSink.Letters;

/// <summary>
/// Decisions about dead letters. One about a change topic's record is a create-only document beside the lake, which the loader takes into account;
/// a letter of another stage is sent to its topic again, and a create-only document says so.
/// </summary>
public sealed class LetterDesk
{
    private const string Sent = "resent/";
    private readonly LetterTopic _topic;
    private readonly KafkaClients _clients;
    private readonly ILake _lake;
    private readonly IWarehouseReader _warehouse;
    private readonly DecisionDocuments _decisions;

    /// <summary>Creates it.</summary>
    public LetterDesk(KafkaClients clients, ILake lake, IWarehouseReader warehouse) =>
        (_topic, _clients, _lake, _warehouse, _decisions) = (new LetterTopic(clients), clients, lake, warehouse, new DecisionDocuments(lake));

    /// <summary>Every letter and how it stands.</summary>
    public async Task<IReadOnlyList<LetterState>> ListAsync(CancellationToken cancellation)
    {
        var letters = await Task.Run(() => _topic.Read(cancellation), cancellation);
        var decisions = await _decisions.ReadAsync(cancellation);
        var booked = (await _warehouse.InSnapshotAsync((view, token) => view.LettersAsync(token), cancellation)).ToLookup(letter => Id(letter.Place), StringComparer.Ordinal);
        var states = new List<LetterState>();
        foreach (var letter in letters)
        {
            states.Add(letter.Stage == PoisonLetters.Stage
                ? Booked(letter, [.. booked[letter.Id]], decisions)
                : new LetterState(letter, await StateOfSentAsync(letter, cancellation), false));
        }

        return states;
    }

    /// <summary>One letter.</summary>
    /// <exception cref="LetterRefusedException">There is none of that id.</exception>
    public async Task<LetterState> FindAsync(string id, CancellationToken cancellation) =>
        (await ListAsync(cancellation)).FirstOrDefault(state => state.Letter.Id == id) ?? throw new LetterRefusedException("there is no letter of that id; see `hospital dlq list`");

    /// <summary>Lets a record go on, as it is or corrected. Twice has the effect of once.</summary>
    /// <param name="id">The letter.</param>
    /// <param name="key">Another key; null for the record's own.</param>
    /// <param name="value">Another value; null for the record's own.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="LetterRefusedException">It cannot go on like this, or it was decided otherwise before.</exception>
    public async Task RedriveAsync(string id, byte[]? key, byte[]? value, CancellationToken cancellation)
    {
        var (letter, _, _) = await FindAsync(id, cancellation);
        if (letter.Stage != PoisonLetters.Stage)
        {
            await SendAgainAsync(letter, key, value, cancellation);
            return;
        }

        var place = await PlaceAsync(letter, cancellation);
        var own = await RecordAsync(place, cancellation);
        var instead = own with { Key = key is null ? own.Key : key.AsMemory(), Value = value is null ? own.Value : value.AsMemory() };
        var described = await new TableDocuments(_lake).BesideAsync(HospitalSchema.CapturedTables, cancellation);
        var table = HospitalSchema.CapturedTables.Concat(described).Single(table => TopicNames.ChangesOf(table.Name) == place.Stream.Topic);

        // As the warehouse reads it by now: a choice may have made a column a text since the record was refused.
        var reader = new RecordReader(await _warehouse.InSnapshotAsync((view, token) => view.DescribeAsync(table, token), cancellation));
        var read = reader.Read(instead, SourceEpochs.First);
        if (read.Poison is { } why)
        {
            throw new LetterRefusedException($"the record cannot be applied like this: {why.Detail} ({why.Code}); give a corrected one with --value FILE{(own.Key is null ? " and its key with --key FILE" : string.Empty)}");
        }

        if (read.Change is not { } change)
        {
            throw new LetterRefusedException("the value is no change of a row; to go on without the record, skip it");
        }

        if (reader.Read(own, SourceEpochs.First).HeldKey is { } held && held != change.Key)
        {
            throw new LetterRefusedException("the corrected record is of another key than the one held back; correct its value only");
        }

        await DecideAsync(new LetterDecision(place.Stream, place.Offset, LetterAction.Redrive, instead), cancellation);
    }

    /// <summary>Goes on without a record, for good. Twice has the effect of once.</summary>
    /// <exception cref="LetterRefusedException">It was decided otherwise before.</exception>
    public async Task SkipAsync(string id, CancellationToken cancellation)
    {
        var (letter, state, _) = await FindAsync(id, cancellation);
        if (letter.Stage == PoisonLetters.Stage)
        {
            var place = await PlaceAsync(letter, cancellation);
            await DecideAsync(new LetterDecision(place.Stream, place.Offset, LetterAction.Skip, null), cancellation);
        }
        else if (state == "redriven" || !await MarkAsync(letter, "skipped", cancellation))
        {
            throw new LetterRefusedException("it was sent again already");
        }
    }

    private static LetterState Booked(ReadLetter letter, IReadOnlyList<BookedLetter> books, LetterDecisions decisions)
    {
        var open = books.Any(book => book.IsOpen && decisions.Find(book.Place) is null);
        var holds = books.Any(book => book.IsOpen && book.HeldKey is not null);
        var last = books.Select(book => decisions.Find(book.Place)).OfType<LetterDecision>().LastOrDefault();
        var due = books.Any(book => book.IsOpen);
        var state = open || last is null ? "open" : (last.Action, due) switch
        {
            (LetterAction.Skip, false) => "skipped",
            (LetterAction.Skip, true) => "skip due",
            (_, false) => "redriven",
            _ => "redrive due",
        };
        return new LetterState(letter, state, holds);
    }

    private static string Id(LetterPlace place) =>
        string.Create(CultureInfo.InvariantCulture, $"{PoisonLetters.Stage}:{place.Stream.Topic}:{place.Stream.Partition}:{place.Offset}");

    private async Task DecideAsync(LetterDecision decision, CancellationToken cancellation)
    {
        if (!await _decisions.DecideAsync(decision, cancellation))
        {
            throw new LetterRefusedException("it was decided otherwise before, and a decision is final; see `hospital dlq list`");
        }
    }

    /// <summary>The record's place: letters do not name the topic's life, the warehouse's books do. Of two lives the newer one is meant.</summary>
    private async Task<LetterPlace> PlaceAsync(ReadLetter letter, CancellationToken cancellation)
    {
        var lives = (await StreamEpochs.ReadAsync(_lake, letter.Position.Topic, cancellation)).ToDictionary(life => life.Epoch, life => life.Sequence, StringComparer.Ordinal);
        var booked = await _warehouse.InSnapshotAsync((view, token) => view.LettersAsync(token), cancellation);
        return booked.Where(book => Id(book.Place) == letter.Id).MaxBy(book => lives.GetValueOrDefault(book.Place.Stream.Epoch))?.Place
            ?? throw new LetterRefusedException("the warehouse has not loaded the record yet; try again when it has");
    }

    private async Task<LakeRecord> RecordAsync(LetterPlace place, CancellationToken cancellation)
    {
        var start = await _warehouse.InSnapshotAsync(
            async (view, token) =>
            {
                await foreach (var item in view.LoadedObjectsAsync(place.Stream.Topic, token))
                {
                    if (item.Stream == place.Stream && item.Start <= place.Offset && place.Offset < item.Next)
                    {
                        return item.Start;
                    }
                }

                return -1;
            },
            cancellation);
        var found = await LakeChainReader.FindAsync(_lake, place.Stream, start, null, cancellation) ?? throw new LakeDamageException($"the object that holds offset {place.Offset} of {place.Stream} is missing");
        using var reader = await LakeObjectReader.OpenAsync(_lake, found, cancellation);
        return reader.Records().Where(record => record.Position.Offset == place.Offset).Cast<LakeRecord?>().FirstOrDefault() ?? throw new LakeDamageException($"{found.Name} does not hold offset {place.Offset}");
    }

    // Sent, then marked: a crash in between sends it twice, and every stage takes an event it has as done.
    private async Task SendAgainAsync(ReadLetter letter, byte[]? key, byte[]? value, CancellationToken cancellation)
    {
        switch (await StateOfSentAsync(letter, cancellation))
        {
            case "redriven":
                return;
            case "skipped":
                throw new LetterRefusedException("it was skipped before, and a decision is final");
        }

        using var producer = _clients.Producer("dlq");
        await producer.ProduceAsync(
            new TopicPartition(letter.Position.Topic, letter.Position.Partition), new Message<byte[]?, byte[]?> { Key = key ?? letter.Key, Value = value ?? letter.Value }, cancellation);
        await MarkAsync(letter, "redriven", cancellation);
    }

    private async Task<bool> MarkAsync(ReadLetter letter, string state, CancellationToken cancellation) =>
        await _lake.CreateDocumentAsync(PathOf(letter), Encoding.ASCII.GetBytes(state), cancellation) || await StateOfSentAsync(letter, cancellation) == state;

    private async Task<string> StateOfSentAsync(ReadLetter letter, CancellationToken cancellation) =>
        await _lake.ReadDocumentAsync(PathOf(letter), cancellation) is { } mark ? Encoding.ASCII.GetString(mark) : "open";

    private static string PathOf(ReadLetter letter) =>
        string.Create(CultureInfo.InvariantCulture, $"{Sent}{letter.Stage}/{letter.Position.Topic}/{letter.Position.Partition}-{letter.Position.Offset:D20}.txt");
}
