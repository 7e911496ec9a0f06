using System.Globalization;

namespace HospitalStreaming.Core.Domain;

/// <summary>
/// The statements that make a hospital table in PostgreSQL 15 or later. Names come from <see cref="HospitalSchema"/> and are plain lower-case words, so they are
/// written unquoted.
/// </summary>
public static class PostgresDdl
{
    /// <summary>The type of a column, e.g. numeric(10,2).</summary>
    /// <exception cref="ArgumentOutOfRangeException">A kind without a PostgreSQL type.</exception>
    public static string TypeOf(ColumnDescription column) => column.Kind switch
    {
        ColumnKind.Int32 => "integer",
        ColumnKind.Int64 => "bigint",
        ColumnKind.Numeric => string.Create(CultureInfo.InvariantCulture, $"numeric({column.Precision},{column.Scale})"),
        ColumnKind.Text => column.MaxLength is { } length ? string.Create(CultureInfo.InvariantCulture, $"varchar({length})") : "text",
        ColumnKind.Date => "date",
        ColumnKind.TimestampTz => "timestamptz",
        ColumnKind.Boolean => "boolean",
        _ => throw new ArgumentOutOfRangeException(nameof(column), column.Kind, "no PostgreSQL type"),
    };

    /// <summary>
    /// Everything one table is made of, in order: the table, each column that may be null, foreign keys, their indexes. Name is how the step's object
    /// is called (TABLE, TABLE.COLUMN, a constraint, an index); a step whose object stands need not run, and so takes no lock.
    /// </summary>
    public static IEnumerable<(string Name, string Sql)> Steps(TableDescription table)
    {
        var columns = string.Join(",\n  ", table.Columns.Select(Definition));
        yield return (table.Name, $"CREATE TABLE IF NOT EXISTS public.{table.Name} (\n  {columns},\n  CONSTRAINT {table.Name}_pkey PRIMARY KEY ({table.KeyColumn})\n)");
        foreach (var column in table.Columns.Where(column => column.Nullable))
        {
            yield return ($"{table.Name}.{column.Name}", $"ALTER TABLE public.{table.Name} ADD COLUMN IF NOT EXISTS {Definition(column)}");
        }

        foreach (var column in table.Columns.Where(column => column.References is not null))
        {
            var parent = HospitalSchema.Table(column.References!)!;
            var foreignKey = $"{table.Name}_{column.Name}_fkey";
            yield return (foreignKey, $"ALTER TABLE public.{table.Name} ADD CONSTRAINT {foreignKey} FOREIGN KEY ({column.Name}) REFERENCES public.{parent.Name} ({parent.KeyColumn})");

            // Without it every delete of a parent reads the whole child table.
            var index = $"{table.Name}_{column.Name}_idx";
            yield return (index, $"CREATE INDEX IF NOT EXISTS {index} ON public.{table.Name} ({column.Name})");
        }
    }

    /// <summary>One column text[] of the names that stand, in the words of <see cref="Steps"/>.</summary>
    public const string StandingNames = """
        SELECT array(
          SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
          UNION ALL
          SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
          WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
          UNION ALL
          SELECT conname::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace)
        """;

    private static string Definition(ColumnDescription column) => $"{column.Name} {TypeOf(column)}{(column.Nullable ? string.Empty : " NOT NULL")}";
}
