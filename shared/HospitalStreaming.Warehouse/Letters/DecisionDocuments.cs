using System.Buffers;
using System.Globalization;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Documents;

namespace HospitalStreaming.Warehouse.Letters;

/// <summary>
/// Decisions about dead letters, create-only beside the lake: decisions/TOPIC/EPOCH-PARTITION-OFFSET20.json, one line with
/// the action and, for a redrive, a second one: the lake line to read in its place. They are there for whoever makes the warehouse anew.
/// </summary>
public sealed class DecisionDocuments(ILake lake)
{
    private const string Root = "decisions/";

    private static readonly byte[] Skip = "{\"action\":\"skip\"}\n"u8.ToArray();
    private static readonly byte[] Redrive = "{\"action\":\"redrive\"}\n"u8.ToArray();

    private readonly KnownDocuments<LetterDecision> _documents = new(lake, Root, Parse);
    private LetterDecisions _decisions = LetterDecisions.None;

    /// <summary>All decisions by now; documents read before are not read again.</summary>
    /// <exception cref="LakeDamageException">A document is not readable.</exception>
    public async Task<LetterDecisions> ReadAsync(CancellationToken cancellation)
    {
        if (await _documents.ReadNewAsync(cancellation))
        {
            _decisions = new LetterDecisions(_documents.All);
        }

        return _decisions;
    }

    /// <summary>Records a decision. True where it stands now as given, however often it was given; false where another was taken before.</summary>
    public async Task<bool> DecideAsync(LetterDecision decision, CancellationToken cancellation)
    {
        var (path, content) = (PathOf(decision.Stream, decision.Offset), Write(decision));
        return await lake.CreateDocumentAsync(path, content, cancellation)
            || (await lake.ReadDocumentAsync(path, cancellation) is { } taken && taken.AsSpan().SequenceEqual(content));
    }

    private static string PathOf(LakeStream stream, long offset) =>
        string.Create(CultureInfo.InvariantCulture, $"{Root}{stream.Topic}/{stream.Epoch}-{stream.Partition}-{offset:D20}.json");

    private static byte[] Write(LetterDecision decision)
    {
        var content = new ArrayBufferWriter<byte>();
        content.Write(decision.Action == LetterAction.Skip ? Skip : Redrive);
        if (decision.Record is { } record)
        {
            LakeLineWriter.Write(content, record);
        }

        return content.WrittenSpan.ToArray();
    }

    private static LetterDecision Parse(string path, byte[] content)
    {
        try
        {
            var topic = path[Root.Length..path.LastIndexOf('/')];
            var place = path[(path.LastIndexOf('/') + 1)..^".json".Length].Split('-');
            var stream = new LakeStream(topic, place[0], int.Parse(place[1], CultureInfo.InvariantCulture));
            var offset = long.Parse(place[2], CultureInfo.InvariantCulture);
            if (content.AsSpan().SequenceEqual(Skip))
            {
                return new LetterDecision(stream, offset, LetterAction.Skip, null);
            }

            return content.AsSpan().StartsWith(Redrive)
                ? new LetterDecision(stream, offset, LetterAction.Redrive, LakeLineReader.Read(content.AsMemory(Redrive.Length).TrimEnd((byte)'\n')))
                : throw new FormatException("no known action");
        }
        catch (Exception failure) when (failure is FormatException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            throw new LakeDamageException($"document {path} does not describe a decision; restore it from a backup", failure);
        }
    }
}
