using HospitalStreaming.Core.Changes.Writing;
using Npgsql;

namespace HospitalStreaming.Capture.Source;

/// <summary>Types of columns: the built-in ones by their fixed ids, the others (domains, enums, extensions) from the source's catalog.</summary>
internal sealed class TypeCatalog(Func<CancellationToken, Task<NpgsqlConnection>> open)
{
    private readonly Dictionary<uint, Entry> _entries = [];

    /// <summary>Types that went as text because nothing better is known of them.</summary>
    public SortedSet<string> Unknown { get; } = new(StringComparer.Ordinal);

    public async ValueTask<PostgresType> ResolveAsync(uint type, int modifier, CancellationToken cancellation)
    {
        if (BuiltInTypes.Find(type, modifier) is { } builtIn)
        {
            return builtIn;
        }

        if (!_entries.TryGetValue(type, out var entry))
        {
            entry = await ReadAsync(type, cancellation);
            _entries[type] = entry;
        }

        if (entry.Kind == 'd')
        {
            return await ResolveAsync(entry.Base, entry.BaseModifier, cancellation);
        }

        if (entry.IsArray)
        {
            var element = await ResolveAsync(entry.Element, modifier, cancellation);
            return new PostgresType(PostgresKind.Array, modifier, element);
        }

        if (entry.Name == "hstore")
        {
            return new PostgresType(PostgresKind.Hstore);
        }

        if (entry.Kind is 'e' or 'r' or 'm' || entry.Name is "citext")
        {
            return new PostgresType(PostgresKind.Text);
        }

        Unknown.Add(entry.Name);
        return new PostgresType(PostgresKind.Text, Known: false);
    }

    private async Task<Entry> ReadAsync(uint type, CancellationToken cancellation)
    {
        await using var connection = await open(cancellation);
        await using var command = new NpgsqlCommand(
            "SELECT typname::text, typtype, typbasetype, typtypmod, typelem, typcategory = 'A' FROM pg_type WHERE oid = $1::bigint::oid", connection);
        command.Parameters.AddWithValue((long)type);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new Entry(reader.GetString(0), reader.GetChar(1), reader.GetFieldValue<uint>(2), reader.GetInt32(3), reader.GetFieldValue<uint>(4), reader.GetBoolean(5))
            : new Entry($"type {type}", 'b', 0, -1, 0, false);
    }

    private sealed record Entry(string Name, char Kind, uint Base, int BaseModifier, uint Element, bool IsArray);
}
