using HospitalStreaming.Core.Naming;
using HospitalStreaming.Transform.Reporting;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Transform.Building;

/// <summary>The bookkeeping of the role on PostgreSQL: model_state, test_results and the signals, in schema hospital_line.</summary>
internal sealed class StateTables(WarehouseNames names)
{
    public static readonly IReadOnlyDictionary<string, object?> None = new Dictionary<string, object?>();

    /// <summary>Makes the schemas and the two tables where they are missing.</summary>
    public IReadOnlyList<string> Create(IEnumerable<string> schemas) =>
    [
        .. schemas.Append(names.Line).Distinct().Select(schema => $"CREATE SCHEMA IF NOT EXISTS \"{schema}\""),
        $"""
        CREATE TABLE IF NOT EXISTS {names.Line}.model_state (
            model text PRIMARY KEY, schema_name text NOT NULL, kind text NOT NULL, built_at timestamptz, rows bigint NOT NULL, took_ms bigint NOT NULL,
            changed_rows bigint NOT NULL, current_version bigint NOT NULL, as_of date, ok boolean NOT NULL, detail text NOT NULL,
            inputs text NOT NULL, definition text NOT NULL) WITH (fillfactor = 50)
        """,
        $"""
        CREATE TABLE IF NOT EXISTS {names.Line}.test_results (
            test text PRIMARY KEY, model text NOT NULL, severity text NOT NULL, status text NOT NULL, failures bigint NOT NULL,
            ran_at timestamptz NOT NULL, took_ms bigint NOT NULL, detail text NOT NULL)
        """,
    ];

    /// <summary>Versions of the signals current and current:TABLE.</summary>
    public async Task<InputVersions> VersionsAsync(IWarehouseSnapshot snapshot, CancellationToken cancellation)
    {
        var found = await snapshot.QueryAsync(
            $"SELECT name, version FROM {names.Line}.signals WHERE name = '{SignalNames.Current}' OR name LIKE '{SignalNames.Current}:%'", None, cancellation);
        return new InputVersions(found.Rows.ToDictionary(row => (string)row[0]!, row => (long)row[1]!, StringComparer.Ordinal));
    }

    public async Task<Dictionary<string, ModelState>> StatesAsync(IWarehouseSnapshot snapshot, CancellationToken cancellation)
    {
        var found = await snapshot.QueryAsync(
            $"SELECT model, rows, definition, inputs, ok, detail, as_of FROM {names.Line}.model_state", None, cancellation);
        return found.Rows.ToDictionary(
            row => (string)row[0]!,
            row => new ModelState((string)row[0]!, (long)row[1]!, (string)row[2]!, (string)row[3]!, (bool)row[4]!, (string)row[5]!, (DateOnly?)row[6]),
            StringComparer.Ordinal);
    }

    /// <summary>Writes what a cycle did; models it left unchanged and good only move to the new version.</summary>
    public async Task WriteAsync(IWarehouseSnapshot snapshot, IReadOnlyList<StateRow> rows, long version, DateOnly asOf, CancellationToken cancellation)
    {
        var changed = rows.Where(row => row.Report.Outcome is not (ModelOutcome.Unchanged or ModelOutcome.Deferred)).ToArray();
        if (changed.Length > 0)
        {
            await snapshot.ExecuteAsync(
                $"""
                INSERT INTO {names.Line}.model_state AS old
                SELECT model, schema_name, kind, CASE WHEN ok THEN clock_timestamp() END, rows, took_ms, changed_rows, @version, CASE WHEN ok THEN @as_of END, ok, detail, inputs, definition
                FROM unnest(@models, @schemas, @kinds, @rows, @took, @changed, @ok, @details, @inputs, @definitions)
                    AS new (model, schema_name, kind, rows, took_ms, changed_rows, ok, detail, inputs, definition)
                ON CONFLICT (model) DO UPDATE SET
                    schema_name = excluded.schema_name, kind = excluded.kind, took_ms = excluded.took_ms, ok = excluded.ok, detail = excluded.detail,
                    definition = excluded.definition,
                    built_at = coalesce(excluded.built_at, old.built_at),
                    rows = CASE WHEN excluded.ok THEN excluded.rows ELSE old.rows END,
                    changed_rows = CASE WHEN excluded.ok THEN excluded.changed_rows ELSE old.changed_rows END,
                    current_version = CASE WHEN excluded.ok THEN excluded.current_version ELSE old.current_version END,
                    as_of = coalesce(excluded.as_of, old.as_of),
                    inputs = CASE WHEN excluded.ok THEN excluded.inputs ELSE old.inputs END
                """,
                new Dictionary<string, object?>
                {
                    ["version"] = version,
                    ["as_of"] = asOf,
                    ["models"] = changed.Select(row => row.Report.Model).ToArray(),
                    ["schemas"] = changed.Select(row => row.Schema).ToArray(),
                    ["kinds"] = changed.Select(row => row.Kind).ToArray(),
                    ["rows"] = changed.Select(row => row.Report.Rows).ToArray(),
                    ["took"] = changed.Select(row => (long)row.Report.Took.TotalMilliseconds).ToArray(),
                    ["changed"] = changed.Select(row => row.Report.ChangedRows).ToArray(),
                    ["ok"] = changed.Select(row => row.Report.Outcome == ModelOutcome.Built).ToArray(),
                    ["details"] = changed.Select(row => row.Report.Detail).ToArray(),
                    ["inputs"] = changed.Select(row => row.Inputs).ToArray(),
                    ["definitions"] = changed.Select(row => row.Definition).ToArray(),
                },
                cancellation);
        }

        var unchanged = rows.Where(row => row.Report.Outcome == ModelOutcome.Unchanged).Select(row => row.Report.Model).ToArray();
        await snapshot.ExecuteAsync(
            $"""
            UPDATE {names.Line}.model_state SET current_version = @version, as_of = @as_of
            WHERE model = ANY (@models) AND (current_version <> @version OR as_of IS DISTINCT FROM @as_of)
            """,
            new Dictionary<string, object?> { ["version"] = version, ["as_of"] = asOf, ["models"] = unchanged },
            cancellation);
    }

    /// <summary>Forgets models that the project no longer has.</summary>
    public Task ForgetAsync(IWarehouseSnapshot snapshot, IEnumerable<string> keep, CancellationToken cancellation) => snapshot.ExecuteAsync(
        $"DELETE FROM {names.Line}.model_state WHERE NOT model = ANY (@keep)", new Dictionary<string, object?> { ["keep"] = keep.ToArray() }, cancellation);

    public async Task WriteTestsAsync(
        IWarehouseSnapshot snapshot, IReadOnlyCollection<TestReport> tests, IEnumerable<string>? all, CancellationToken cancellation)
    {
        if (all is not null)
        {
            await snapshot.ExecuteAsync(
                $"DELETE FROM {names.Line}.test_results WHERE NOT test = ANY (@keep)", new Dictionary<string, object?> { ["keep"] = all.ToArray() }, cancellation);
        }

        if (tests.Count == 0)
        {
            return;
        }

        await snapshot.ExecuteAsync(
            $"""
            INSERT INTO {names.Line}.test_results (test, model, severity, status, failures, took_ms, detail, ran_at)
            SELECT *, clock_timestamp() FROM unnest(@tests, @models, @severities, @statuses, @failures, @took, @details)
            ON CONFLICT (test) DO UPDATE SET model = excluded.model, severity = excluded.severity, status = excluded.status,
                failures = excluded.failures, took_ms = excluded.took_ms, detail = excluded.detail, ran_at = excluded.ran_at
            """,
            new Dictionary<string, object?>
            {
                ["tests"] = tests.Select(test => test.Test).ToArray(),
                ["models"] = tests.Select(test => test.Model).ToArray(),
                ["severities"] = tests.Select(test => test.Severity.ToString().ToLowerInvariant()).ToArray(),
                ["statuses"] = tests.Select(test => test.Status).ToArray(),
                ["failures"] = tests.Select(test => test.Failures).ToArray(),
                ["took"] = tests.Select(test => (long)test.Took.TotalMilliseconds).ToArray(),
                ["details"] = tests.Select(test => test.Detail).ToArray(),
            },
            cancellation);
    }

    /// <summary>Raises the signal marts, and marts:MODEL for each table whose rows changed.</summary>
    public Task SignalAsync(IWarehouseSnapshot snapshot, IEnumerable<string> changedModels, CancellationToken cancellation) => snapshot.ExecuteAsync(
        $"""
        INSERT INTO {names.Line}.signals AS old (name, version, changed_at)
        SELECT name, 1, clock_timestamp() FROM unnest(@names) AS new (name)
        ON CONFLICT (name) DO UPDATE SET version = old.version + 1, changed_at = excluded.changed_at;
        NOTIFY {SignalNames.Channel}, '{SignalNames.Marts}'
        """,
        new Dictionary<string, object?> { ["names"] = changedModels.Select(model => $"{SignalNames.Marts}:{model}").Prepend(SignalNames.Marts).ToArray() },
        cancellation);
}
