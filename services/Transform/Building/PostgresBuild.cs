using System.Collections.Immutable;
using System.Diagnostics;
using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Modelling.Planning;
using HospitalStreaming.Modelling.Project;
using HospitalStreaming.Transform.Reporting;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Transform.Building;

/// <summary>
/// One cycle on PostgreSQL, in one REPEATABLE READ transaction: all models see one state of current, and their rows, the position they
/// reflect and the signal become visible together. Each model has a savepoint, so that one that fails keeps its last good version and the
/// others go on.
/// </summary>
internal sealed class PostgresBuild(IWarehouseSnapshot snapshot, CompiledProject project, BuildRequest request, StateTables tables, ColumnCache cache)
{
    private readonly PostgresLayout _layout = new(snapshot);
    private readonly HashSet<string> _bad = new(StringComparer.Ordinal);
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private readonly HashSet<string> _remake = new(StringComparer.Ordinal);
    private readonly List<TestReport> _tests = [];

    public async Task<BuildReport> RunAsync(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();

        // The CTE of the new rows has no statistics; without these settings it may spill, compile, or be joined row by row.
        await RunAsync("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off; SET LOCAL statement_timeout = '300s'; SET LOCAL lock_timeout = '10s'", cancellation);
        var versions = await tables.VersionsAsync(snapshot, cancellation);
        var states = await tables.StatesAsync(snapshot, cancellation);
        var rows = new List<StateRow>();
        foreach (var model in project.Models.Where(model => model.Kind != Materialization.Ephemeral))
        {
            rows.Add(await BuildAsync(model, states.GetValueOrDefault(model.Name), versions, cancellation));
        }

        await tables.WriteAsync(snapshot, rows, versions.Current, request.AsOf, cancellation);
        await tables.WriteTestsAsync(snapshot, _tests, null, cancellation);
        if (states.Keys.Except(project.Models.Select(model => model.Name)).Except(project.LeftOut).Any())
        {
            await tables.ForgetAsync(snapshot, project.Models.Select(model => model.Name).Concat(project.LeftOut), cancellation);
        }

        var built = rows.Where(row => row.Report.Outcome == ModelOutcome.Built && row.Kind == "table").ToList();
        if (built.Count > 0)
        {
            await tables.SignalAsync(snapshot, built.Where(row => row.Report.ChangedRows > 0).Select(row => row.Report.Model), cancellation);
        }

        return new BuildReport(
            versions.Current, request.AsOf, [.. rows.Select(row => row.Report)], [.. _tests], project.Problems, project.LeftOut, Stopwatch.GetElapsedTime(started));
    }

    private async Task<StateRow> BuildAsync(CompiledModel model, ModelState? state, InputVersions versions, CancellationToken cancellation)
    {
        var definition = Definition.Of(model);
        var inputs = versions.Of(model, request.AsOf);
        var started = Stopwatch.GetTimestamp();
        var layout = state is not { IsGood: true } || state.Definition != definition || _remake.Contains(model.Name);
        ModelReport report;
        if (model.Models.Where(_bad.Contains).ToList() is { Count: > 0 } causes)
        {
            _bad.Add(model.Name);
            report = new ModelReport(model.Name, ModelOutcome.Held, 0, 0, TimeSpan.Zero, $"waits for {string.Join(", ", causes)}");
            definition = state?.Definition ?? string.Empty;
        }
        else if (!layout && !request.Everything && !request.Test && (model.Kind == Materialization.View || state!.Inputs == inputs))
        {
            _done.Add(model.Name);
            report = new ModelReport(model.Name, ModelOutcome.Unchanged, state!.Rows, 0, TimeSpan.Zero, string.Empty);
        }
        else
        {
            report = await InSavepointAsync(model, definition, layout, state, inputs, cancellation);
            if (report.Outcome == ModelOutcome.Failed)
            {
                _bad.Add(model.Name);
                cache.Forget(model.Name);
                definition = string.Empty;
            }
        }

        return new StateRow(
            report with { Took = Stopwatch.GetElapsedTime(started) }, model.Relation.Schema, model.Kind.ToString().ToLowerInvariant(), inputs, definition);
    }

    private async Task<ModelReport> InSavepointAsync(
        CompiledModel model, string definition, bool layout, ModelState? state, string inputs, CancellationToken cancellation)
    {
        await RunAsync("SAVEPOINT model", cancellation);
        try
        {
            var columns = cache.Get(model.Name, definition);
            if (layout || (columns is null && model.Kind == Materialization.Table))
            {
                columns = await LayOutAsync(model, definition, layout, cancellation);
            }

            var (rows, changed) = (state?.Rows ?? 0, 0L);
            var fresh = layout || request.Everything || state is not { IsGood: true } || state.Inputs != inputs;
            if (model.Kind == Materialization.Table && fresh)
            {
                var counts = (await snapshot.QueryAsync(PostgresPlan.Publish(model, columns!), StateTables.None, cancellation)).Rows[0];
                (rows, changed) = ((long)counts[0]!, (long)counts[1]! + (long)counts[2]!);
            }

            _done.Add(model.Name);
            if ((request.Test || state is { IsGood: false }) && await TestAsync(model, cancellation) is { } failed)
            {
                _done.Remove(model.Name);
                await RunAsync("ROLLBACK TO SAVEPOINT model", cancellation);
                return Failed(model, failed);
            }

            await RunAsync("RELEASE SAVEPOINT model", cancellation);
            return new ModelReport(model.Name, fresh ? ModelOutcome.Built : ModelOutcome.Unchanged, rows, changed, TimeSpan.Zero, string.Empty);
        }
        catch (WarehouseSqlException refused) when (!refused.IsTransient)
        {
            await RunAsync("ROLLBACK TO SAVEPOINT model", cancellation);
            return Failed(model, $"{model.File}: {refused.Message}");
        }
    }

    private static ModelReport Failed(CompiledModel model, string detail) => new(model.Name, ModelOutcome.Failed, 0, 0, TimeSpan.Zero, detail);

    private async Task<IReadOnlyList<string>> LayOutAsync(CompiledModel model, string definition, bool layout, CancellationToken cancellation)
    {
        if (layout && await _layout.ApplyAsync(model, cancellation))
        {
            _remake.UnionWith(project.Models.Where(other => other.Kind == Materialization.View).Select(other => other.Name));
        }

        var columns = (await _layout.ColumnsAsync(model.Relation, cancellation)).Select(column => column.Name).ToImmutableArray();
        if (columns.IsEmpty)
        {
            // The table was dropped behind our back.
            await _layout.ApplyAsync(model, cancellation);
            columns = [.. (await _layout.ColumnsAsync(model.Relation, cancellation)).Select(column => column.Name)];
        }

        if (PublishedColumns.Unclassified(model, columns) is { } problem)
        {
            throw new WarehouseSqlException("42000", problem);
        }

        cache.Set(model.Name, definition, columns);
        return columns;
    }

    /// <summary>Runs the model's tests of severity error whose models are all there; returns what failed, or null.</summary>
    private async Task<string?> TestAsync(CompiledModel model, CancellationToken cancellation)
    {
        var runner = new DataTests(snapshot);
        string? failed = null;
        foreach (var test in project.Tests.Where(test => test.Severity == TestSeverity.Error && test.Model == model.Name && test.Models.All(_done.Contains)))
        {
            var result = await runner.RunAsync(test, cancellation);
            _tests.Add(result);
            failed ??= result.Holds ? $"test {test.Name} ({test.File}:{test.Line}): {Counted(result)}" : null;
        }

        return failed;
    }

    private static string Counted(TestReport result) => result.Failures < 0 ? result.Detail : $"{result.Failures} rows fail";

    private Task RunAsync(string statement, CancellationToken cancellation) => snapshot.ExecuteAsync(statement, StateTables.None, cancellation);
}
