using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace HospitalStreaming.Core.Domain.Events;

/// <summary>The fields of one table's events, worked out once: which columns travel under which names, and which the envelope fills.</summary>
internal sealed class EventShape
{
    private static readonly FrozenDictionary<string, EventShape> Shapes =
        HospitalSchema.EventTables.ToFrozenDictionary(table => table.Topic!, table => new EventShape(table), StringComparer.Ordinal);

    private EventShape(TableDescription table)
    {
        Table = table;
        HospitalId = table.Columns.IndexOf(table.Required("hospital_id"));
        UpdatedAt = table.Columns.IndexOf(table.Required("updated_at"));
        Travelling = [.. Enumerable.Range(0, table.Columns.Length).Where(index => index != HospitalId && index != UpdatedAt)];
        Names = [.. table.Columns.Select(column => JsonEncodedText.Encode(column.Name))];
        NamesUtf8 = [.. table.Columns.Select(column => Encoding.UTF8.GetBytes(column.Name))];
    }

    public TableDescription Table { get; }

    /// <summary>Index of hospital_id, which the envelope carries.</summary>
    public int HospitalId { get; }

    /// <summary>Index of updated_at, which is the envelope's event_time.</summary>
    public int UpdatedAt { get; }

    /// <summary>Indexes of the columns that are fields of the event, in order.</summary>
    public ImmutableArray<int> Travelling { get; }

    public ImmutableArray<JsonEncodedText> Names { get; }

    public ImmutableArray<byte[]> NamesUtf8 { get; }

    public static EventShape? OfTopic(string topic) => Shapes.GetValueOrDefault(topic);

    /// <exception cref="ArgumentException">No event feeds that table.</exception>
    public static EventShape Of(TableDescription table) =>
        (table.Topic is { } topic ? OfTopic(topic) : null)
        ?? throw new ArgumentException($"no events feed table {table.Name}", nameof(table));
}
