using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>The warehouse's schemas and tables on PostgreSQL. Everything is created if missing; nothing that is there is changed or dropped.</summary>
internal static class PostgresTables
{
    // One number for all who create: two processes may start at once.
    private const long CreationLock = 7_315_402_118;

    internal static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    internal static string Raw(WarehouseNames names, TableDescription table) => $"{names.Raw}.{Quote(table.Name)}";

    internal static string Current(WarehouseNames names, TableDescription table) => $"{names.Current}.{Quote(table.Name)}";

    /// <summary>The whole layout as one script.</summary>
    internal static string Script(WarehouseNames names, IReadOnlyList<TableDescription> tables) => string.Join(
        '\n',
        [
            $"SELECT pg_advisory_xact_lock({CreationLock});",
            $"CREATE SCHEMA IF NOT EXISTS {names.Raw};",
            $"CREATE SCHEMA IF NOT EXISTS {names.Current};",
            $"CREATE SCHEMA IF NOT EXISTS {names.Views};",
            $"CREATE SCHEMA IF NOT EXISTS {names.Line};",
            Line(names.Line),
            .. tables.SelectMany(table => TableScripts(names, table)),
            Views(names, tables),
        ]);

    /// <summary>The views over current, of the tables that have one.</summary>
    internal static string Views(WarehouseNames names, IEnumerable<TableDescription> tables) => string.Join(
        '\n', CurrentViews.Of(tables).Select(table => $"CREATE OR REPLACE VIEW {names.Views}.{Quote(table.Name)} AS {CurrentViews.Query(names, table, Quote)};"));

    private static IEnumerable<string> TableScripts(WarehouseNames names, TableDescription table)
    {
        // The key in log order: rows are appended at its end, and a record loaded twice is refused.
        yield return $"""
            CREATE TABLE IF NOT EXISTS {Raw(names, table)} (
              partition integer NOT NULL, "offset" bigint NOT NULL, stream_epoch text COLLATE "C" NOT NULL, source_epoch integer NOT NULL,
              ts timestamptz NOT NULL, op text COLLATE "C", lsn bigint, tx_id bigint, snapshot boolean NOT NULL, committed_at timestamptz,
              key text COLLATE "C", before text COLLATE "C", after text COLLATE "C", old_key text COLLATE "C", load_id bigint NOT NULL,
              poison text, original_key bytea, original_value bytea, schema text COLLATE "C",
              PRIMARY KEY (partition, "offset", stream_epoch));
            """;
        yield return $"ALTER TABLE {Raw(names, table)} ADD COLUMN IF NOT EXISTS schema text COLLATE \"C\", ADD COLUMN IF NOT EXISTS tx_order bigint;";
        var key = new PostgresKey(table);
        if (key.IsOwn)
        {
            yield return $"ALTER TABLE {Raw(names, table)} ADD COLUMN IF NOT EXISTS {PostgresKey.OwnRawColumn} text COLLATE \"C\";";
        }

        if (!table.HasKey)
        {
            yield break;
        }

        var columns = table.Columns.Select(column => $"{Quote(column.Name)} {PostgresTypes.Sql(column)}");
        yield return $"""
            CREATE TABLE IF NOT EXISTS {Current(names, table)} (
              {string.Join(", ", columns)},
              _deleted boolean NOT NULL, _op text COLLATE "C" NOT NULL, _lsn bigint, _source_epoch integer NOT NULL,
              _partition integer NOT NULL, _offset bigint NOT NULL, _committed_at timestamptz,{(key.IsOwn ? $" {PostgresKey.OwnColumn} text COLLATE \"C\"," : string.Empty)}
              PRIMARY KEY ({key.Column})) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);
            """;
        if (key.IsOwn)
        {
            // For readers, who ask by the columns.
            yield return $"CREATE INDEX IF NOT EXISTS {Quote(table.Name + "._key")} ON {Current(names, table)} ({string.Join(", ", table.Key.Select(Quote))});";
        }

        foreach (var column in table.Columns)
        {
            // A table that stands since an older version gets the columns that came later.
            yield return $"""
                ALTER TABLE {Current(names, table)} ADD COLUMN IF NOT EXISTS {Quote(column.Name)} {PostgresTypes.Sql(column)};
                """;
        }
    }

    private static string Line(string line) => $"""
        CREATE TABLE IF NOT EXISTS {line}.signals (name text COLLATE "C" PRIMARY KEY, version bigint NOT NULL, changed_at timestamptz NOT NULL);
        CREATE TABLE IF NOT EXISTS {line}.fences (name text COLLATE "C" PRIMARY KEY, token bigint NOT NULL, taken_at timestamptz NOT NULL);
        CREATE TABLE IF NOT EXISTS {line}.loads (
          load_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, loaded_at timestamptz NOT NULL, objects integer NOT NULL, rows bigint NOT NULL);
        CREATE TABLE IF NOT EXISTS {line}.loaded_objects (
          topic text COLLATE "C" NOT NULL, partition integer NOT NULL, start_offset bigint NOT NULL, stream_epoch text COLLATE "C" NOT NULL,
          next_offset bigint NOT NULL, rows bigint NOT NULL, sha256 text COLLATE "C" NOT NULL, generation bigint NOT NULL,
          day date NOT NULL, load_id bigint NOT NULL, PRIMARY KEY (topic, partition, start_offset, stream_epoch));
        CREATE TABLE IF NOT EXISTS {line}.positions (
          topic text COLLATE "C" NOT NULL, partition integer NOT NULL, stream_epoch text COLLATE "C" NOT NULL,
          next_offset bigint NOT NULL, rows bigint NOT NULL, last_day date NOT NULL, load_id bigint NOT NULL, loaded_at timestamptz NOT NULL,
          PRIMARY KEY (topic, partition, stream_epoch)) WITH (fillfactor = 50);
        ALTER TABLE {line}.positions ADD COLUMN IF NOT EXISTS applied_next bigint;
        CREATE TABLE IF NOT EXISTS {line}.poison_records (
          table_name text COLLATE "C" NOT NULL, partition integer NOT NULL, "offset" bigint NOT NULL, stream_epoch text COLLATE "C" NOT NULL,
          held_key text COLLATE "C", reason text NOT NULL, PRIMARY KEY (table_name, partition, "offset", stream_epoch));
        CREATE TABLE IF NOT EXISTS {line}.letter_decisions (
          table_name text COLLATE "C" NOT NULL, partition integer NOT NULL, "offset" bigint NOT NULL, stream_epoch text COLLATE "C" NOT NULL,
          action text NOT NULL, settled_at timestamptz NOT NULL, PRIMARY KEY (table_name, partition, "offset", stream_epoch));
        CREATE TABLE IF NOT EXISTS {line}.pending_moves (
          table_name text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL, missing_key text COLLATE "C" NOT NULL, missing_lsn bigint NOT NULL,
          PRIMARY KEY (table_name, key));
        DO $$ BEGIN
          IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = '{line}.poison_records'::regclass AND attname = 'held_key' AND atttypid = 'bigint'::regtype) THEN
            -- Made when all keys were whole numbers.
            ALTER TABLE {line}.poison_records ALTER COLUMN held_key TYPE text COLLATE "C";
            ALTER TABLE {line}.pending_moves ALTER COLUMN key TYPE text COLLATE "C", ALTER COLUMN missing_key TYPE text COLLATE "C";
          END IF;
        END $$;
        CREATE TABLE IF NOT EXISTS {line}.truncations (
          table_name text COLLATE "C" PRIMARY KEY, source_epoch integer NOT NULL, lsn bigint NOT NULL);
        CREATE TABLE IF NOT EXISTS {line}.transactions (
          tx_id bigint NOT NULL, ended boolean NOT NULL, end_lsn bigint NOT NULL, source_epoch integer, counts text,
          load_id bigint NOT NULL, PRIMARY KEY (tx_id, ended));
        CREATE TABLE IF NOT EXISTS {line}.transaction_reads (
          one boolean PRIMARY KEY CHECK (one), whole boolean NOT NULL, given_up bigint NOT NULL,
          tx_id bigint, topic text COLLATE "C", present bigint, expected bigint, since_load bigint);
        """;
}
