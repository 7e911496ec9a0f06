using System.Collections.Immutable;
using System.Diagnostics;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Modelling.Project;
using HospitalStreaming.Transform.Building;
using HospitalStreaming.Transform.Reporting;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Transform;

/// <summary>Builds, tests and compares the models of a project in a warehouse. Several processes may; on PostgreSQL a lock lets one publish at a time.</summary>
public sealed class ModelRunner(IWarehouseSql sql, ModelFolder models, WarehouseNames names, TimeProvider clock)
{
    private const int ComparisonTries = 3;

    private readonly StateTables _tables = new(names);
    private readonly BigQueryState _bigQuery = new(sql, names);
    private readonly ColumnCache _columns = new();
    private (DbtProject Project, DateOnly AsOf, CompiledProject Compiled)? _compiled;
    private bool _prepared;
    private string? _defined;

    /// <summary>Today in UTC: the clock of the models.</summary>
    public DateOnly Today => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);

    /// <summary>The project, rendered for this warehouse at a clock.</summary>
    /// <exception cref="Modelling.ModelProblemException">dbt_project.yml is missing or cannot be read.</exception>
    public CompiledProject Compile(DateOnly asOf)
    {
        var project = models.Read();
        if (_compiled is not { } known || known.Project != project || known.AsOf != asOf)
        {
            var dialect = sql.Dialect == SqlDialect.BigQuery ? ModelDialect.BigQuery : ModelDialect.Postgres;
            known = (project, asOf, ProjectCompiler.Compile(project, new CompileOptions(dialect, names.Prefix)
            {
                AsOf = asOf,
                Vars = new Dictionary<string, object?> { ["source_schema"] = names.Current },
            }));
            _compiled = known;
        }

        return known.Compiled;
    }

    /// <summary>Names of what the models need and the warehouse does not have yet; empty when they can be built.</summary>
    public async Task<ImmutableArray<string>> MissingAsync(CancellationToken cancellation)
    {
        if (sql.Dialect != SqlDialect.Postgres)
        {
            return await MissingOnBigQueryAsync(cancellation);
        }

        var wanted = Compile(Today).Models.SelectMany(model => model.SourceTables).Distinct()
            .Select(table => $"{names.Current}.{table}").Append($"{names.Line}.signals").ToArray();
        var found = await sql.QueryAsync(
            "SELECT name FROM unnest(@wanted) AS wanted (name) WHERE to_regclass(name) IS NULL",
            new Dictionary<string, object?> { ["wanted"] = wanted }, cancellation);
        return [.. found.Rows.Select(row => (string)row[0]!)];
    }

    /// <summary>
    /// Brings every mart to the state of current, in one transaction. Models nothing changed for are left alone unless
    /// <paramref name="everything"/>; with <paramref name="test"/> the tests of severity error run before anything is published, and a model
    /// that fails one keeps its last good version, as does what is built on it.
    /// </summary>
    /// <exception cref="WarehouseSqlException">The warehouse is not there or refuses the transaction as a whole.</exception>
    public Task<BuildReport> BuildAllAsync(bool everything, bool test, CancellationToken cancellation) => BuildAsync(everything, test, null, cancellation);

    /// <summary>One cycle of the worker: as <see cref="BuildAllAsync"/>, of the models and tests that the pace chooses.</summary>
    internal Task<BuildReport> BuildPacedAsync(Pace pace, CancellationToken cancellation) => BuildAsync(everything: false, test: false, pace, cancellation);

    private async Task<BuildReport> BuildAsync(bool everything, bool test, Pace? pace, CancellationToken cancellation)
    {
        var asOf = Today;
        var project = Compile(asOf);
        if (sql is not ISnapshotSql snapshots)
        {
            var definition = string.Concat(project.Models.Select(Definition.Of));
            var report = await new BigQueryBuild(sql, project, _bigQuery, asOf).RunAsync(_defined != definition, everything, cancellation);
            _defined = definition;
            return report;
        }

        await PrepareAsync(project, cancellation);
        return await snapshots.InSnapshotAsync(
            new SnapshotMode(Writes: true, WarehouseLocks.Transform),
            (snapshot, token) => new PostgresBuild(snapshot, project, new BuildRequest(asOf, everything, test, pace), _tables, _columns).RunAsync(token),
            cancellation);
    }

    /// <summary>
    /// Runs data tests on one snapshot of what is published, and keeps the counts in hospital_line.test_results. Without
    /// <paramref name="errorsToo"/> only those of severity warn: the others run inside a build, where marts and the layers below them are at one
    /// position; on a running line a test that compares the two would find nothing but the marts' lag.
    /// </summary>
    public async Task<ImmutableArray<TestReport>> TestAllAsync(bool errorsToo, CancellationToken cancellation)
    {
        var project = Compile(Today);
        var wanted = project.Tests.Where(test => errorsToo || test.Severity != TestSeverity.Error).ToList();
        if (sql is not ISnapshotSql snapshots)
        {
            var found = await TestOneByOneAsync(wanted, cancellation);
            await _bigQuery.WriteTestsAsync(found, project.Tests.Select(test => test.Name), cancellation);
            return found;
        }

        await PrepareAsync(project, cancellation);
        var results = await snapshots.InSnapshotAsync(
            SnapshotMode.ReadOnly, (snapshot, token) => RunTestsAsync(snapshot, wanted, token), cancellation);
        await snapshots.InSnapshotAsync(
            new SnapshotMode(Writes: true, WarehouseLocks.Transform),
            async (snapshot, token) =>
            {
                await _tables.WriteTestsAsync(snapshot, results, project.Tests.Select(test => test.Name), token);
                return true;
            },
            cancellation);
        return results;
    }

    /// <summary>
    /// Compares every published mart with its query run from the source tables, both in one read-only snapshot and at the clock the marts were
    /// built with. A snapshot in which the marts are behind current cannot be compared, so: it tries at the quiet moments after the marts were
    /// published; if there is none, it holds the warehouse sink's next transaction back (nothing else of the line) while it brings the marts
    /// up to current, and lets it go as soon as its snapshot is open, before it compares.
    /// </summary>
    /// <remarks>On BigQuery each mart is compared in one query of its own, at a moment when it is up to date; nothing can be held back there.</remarks>
    public async Task<CompareReport> RebuildAndCompareAsync(CancellationToken cancellation)
    {
        if (sql is not ISnapshotSql snapshots)
        {
            return await CompareOnBigQueryAsync(cancellation);
        }

        var started = Stopwatch.GetTimestamp();

        // A warehouse nothing was ever built in has none of the tables that say what is published.
        await PrepareAsync(Compile(Today), cancellation);
        var seen = 0L;
        for (var tried = 0; tried < ComparisonTries; tried++)
        {
            if (await CompareAsync(snapshots, null, cancellation) is { } report)
            {
                return report with { Took = Stopwatch.GetElapsedTime(started) };
            }

            seen = await sql.WaitForSignalAsync(SignalNames.Marts, seen, TimeSpan.FromSeconds(1), cancellation);
        }

        var applies = await snapshots.LockAsync(WarehouseLocks.Apply, cancellation);
        try
        {
            await BuildAllAsync(everything: false, test: false, cancellation);
            var report = await CompareAsync(snapshots, applies, cancellation) ?? new CompareReport(
                0, null, [new MartDifference("all marts", 0, 0, "they do not catch up with current: does something change its tables without WarehouseLocks.Apply?")],
                true, TimeSpan.Zero);
            return report with { HeldApplies = true, Took = Stopwatch.GetElapsedTime(started) };
        }
        finally
        {
            await applies.DisposeAsync();
        }
    }

    // The loader makes the view of signals last: where it stands, all stands.
    private async Task<ImmutableArray<string>> MissingOnBigQueryAsync(CancellationToken cancellation)
    {
        try
        {
            await sql.QueryAsync($"SELECT COUNT(*) FROM `{names.Line}.signals`", new Dictionary<string, object?>(), cancellation);
            return [];
        }
        catch (WarehouseSqlException failure) when (failure.IsMissingTable)
        {
            return [$"{names.Line}.signals"];
        }
    }

    private async Task<CompareReport> CompareOnBigQueryAsync(CancellationToken cancellation)
    {
        var comparison = new BigQueryComparison(sql, names, _bigQuery);
        for (var tried = 0; tried < ComparisonTries; tried++)
        {
            if (await comparison.RunAsync(Compile, cancellation) is { } report)
            {
                return report;
            }

            await BuildAllAsync(everything: false, test: false, cancellation);
        }

        return new CompareReport(0, null, [new MartDifference("all marts", 0, 0, "each time they were built current had changed before all were compared: compare when the line is quieter")], false, TimeSpan.Zero);
    }

    private Task<CompareReport?> CompareAsync(ISnapshotSql snapshots, IAsyncDisposable? applies, CancellationToken cancellation) =>
        snapshots.InSnapshotAsync(
            SnapshotMode.ReadOnly,
            (snapshot, token) => new MartComparison(snapshot, _tables).RunAsync(
                Compile, Today, async () => await (applies?.DisposeAsync() ?? ValueTask.CompletedTask), token),
            cancellation);

    private async Task PrepareAsync(CompiledProject project, CancellationToken cancellation)
    {
        if (!_prepared)
        {
            await sql.ExecuteAsync(_tables.Create(project.Models.Select(model => model.Relation.Schema)), cancellation);
            _prepared = true;
        }
    }

    private static async Task<ImmutableArray<TestReport>> RunTestsAsync(IWarehouseSnapshot snapshot, IReadOnlyList<CompiledTest> tests, CancellationToken cancellation)
    {
        await snapshot.ExecuteAsync("SET LOCAL work_mem = '32MB'; SET LOCAL jit = off", StateTables.None, cancellation);
        var runner = new DataTests(snapshot);
        var results = ImmutableArray.CreateBuilder<TestReport>();
        foreach (var test in tests)
        {
            results.Add(await runner.RunAsync(test, cancellation));
        }

        return results.ToImmutable();
    }

    private async Task<ImmutableArray<TestReport>> TestOneByOneAsync(IReadOnlyList<CompiledTest> tests, CancellationToken cancellation)
    {
        var results = ImmutableArray.CreateBuilder<TestReport>();
        foreach (var test in tests)
        {
            var started = Stopwatch.GetTimestamp();
            var (failures, why) = await CountAsync(test, cancellation);
            results.Add(new TestReport(test.Name, test.Model, test.Severity, failures, Stopwatch.GetElapsedTime(started), $"{test.File}:{test.Line}{why}"));
        }

        return results.ToImmutable();
    }

    private async Task<(long Failures, string Why)> CountAsync(CompiledTest test, CancellationToken cancellation)
    {
        try
        {
            var found = await sql.QueryAsync($"SELECT COUNT(*) FROM (\n{test.Sql}\n)", new Dictionary<string, object?>(), cancellation);
            return ((long)found.Rows[0][0]!, string.Empty);
        }
        catch (WarehouseSqlException refused) when (!refused.IsTransient)
        {
            return (-1, $": the test cannot run: {refused.Message}");
        }
    }
}
