using System.Collections.Immutable;
using HospitalStreaming.Capture.Settings;
using HospitalStreaming.Capture.Source;
using HospitalStreaming.Core.Changes.Writing;

namespace HospitalStreaming.Capture.Replication;

/// <summary>
/// Tables as the stream describes them. pgoutput sends a relation before its first row and again after each change of it, so rows are always read
/// by the shape they were written in.
/// </summary>
internal sealed class RelationCache(CaptureSettings settings, SourceConnections connections, TypeCatalog types)
{
    private readonly Dictionary<uint, RelationEncoder> _relations = [];

    /// <summary>The relation's encoder; the stream has sent it before.</summary>
    public RelationEncoder this[uint id] => _relations.TryGetValue(id, out var relation)
        ? relation
        : throw new FormatException($"pgoutput sent a row of relation {id} before the relation itself");

    public async ValueTask LearnAsync(Relation relation, CancellationToken cancellation)
    {
        var captured = settings.Tables.Contains($"{relation.Schema}.{relation.Name}");
        var keys = await KeysAsync(relation, cancellation);
        var columns = ImmutableArray.CreateBuilder<CapturedColumn>(relation.Columns.Count);
        foreach (var column in relation.Columns)
        {
            var type = await types.ResolveAsync(column.TypeId, column.Modifier, cancellation);
            columns.Add(new CapturedColumn(column.Name, type, keys.Contains(column.Name)));
        }

        var table = new CapturedTable(relation.Schema, relation.Name, columns.MoveToImmutable());
        _relations[relation.Id] = new RelationEncoder(
            new TableEncoder(table, settings.Modes), settings.TopicOf(relation.Schema, relation.Name), captured);
    }

    // With the default identity the relation itself marks the key as it was at that point of the log; full marks every column, so the catalog is asked.
    private async ValueTask<IReadOnlySet<string>> KeysAsync(Relation relation, CancellationToken cancellation)
    {
        if (relation.Identity is not ('f' or 'n'))
        {
            return relation.Columns.Where(column => column.InIdentity).Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        }

        await using var connection = await connections.OpenAsync(cancellation);
        var now = await KeyCatalog.PrimaryKeyAsync(connection, relation.Id, cancellation);
        return now.All(name => relation.Columns.Any(column => column.Name == name))
            ? now
            : throw new CaptureRefusedException(
                $"the primary key of {relation.Schema}.{relation.Name} was renamed since the change that is read now, and REPLICA IDENTITY FULL does not say what it was: set REPLICA IDENTITY DEFAULT on the table, and Capture:SlotName to a new name for a new snapshot");
    }
}
