using System.Collections.Immutable;
using System.Diagnostics;
using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Modelling.Planning;
using HospitalStreaming.Modelling.Project;
using HospitalStreaming.Transform.Reporting;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Transform.Building;

/// <summary>
/// One cycle on PostgreSQL, in one REPEATABLE READ transaction: all models of it see one state of current, and their rows, the position they
/// reflect and the signal become visible together. Each model has a savepoint, so that one that fails keeps its last good version and the
/// others go on.
/// </summary>
internal sealed class PostgresBuild(IWarehouseSnapshot snapshot, CompiledProject project, BuildRequest request, StateTables tables, ColumnCache cache)
{
    private readonly PostgresLayout _layout = new(snapshot);
    private readonly HashSet<string> _bad = new(StringComparer.Ordinal);
    private readonly HashSet<string> _behind = new(StringComparer.Ordinal);
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private readonly HashSet<string> _remake = new(StringComparer.Ordinal);
    private readonly List<TestReport> _tests = [];

    public async Task<BuildReport> RunAsync(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();

        // Rows of one cycle have no statistics; without these settings a plan may spill, compile, or wait without end.
        await RunAsync("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off; SET LOCAL statement_timeout = '300s'; SET LOCAL lock_timeout = '10s'", cancellation);
        var versions = await tables.VersionsAsync(snapshot, cancellation);
        var states = await tables.StatesAsync(snapshot, cancellation);
        var plans = project.Models.Where(model => model.Kind != Materialization.Ephemeral)
            .Select(model => Plan(model, states.GetValueOrDefault(model.Name), versions)).ToList();
        var chosen = request.Pace?.Choose([.. plans.Where(plan => plan.IsBehind).Select(plan => plan.Model.Name)]);
        var rows = new List<StateRow>();
        foreach (var plan in plans)
        {
            rows.Add(await BuildAsync(plan, chosen, cancellation));
        }

        await tables.WriteAsync(snapshot, rows, versions.Current, request.AsOf, cancellation);
        await tables.WriteTestsAsync(snapshot, _tests, null, cancellation);
        var known = project.Models.Select(model => model.Name).Concat(project.LeftOut).ToList();
        if (states.Keys.Except(known).Any())
        {
            await tables.ForgetAsync(snapshot, known, cancellation);
        }

        var built = rows.Where(row => row.Report.Outcome == ModelOutcome.Built && row.Kind == "table").ToList();
        if (built.Count > 0)
        {
            await tables.SignalAsync(snapshot, built.Where(row => row.Report.ChangedRows > 0).Select(row => row.Report.Model), cancellation);
        }

        return new BuildReport(
            versions.Current, request.AsOf, [.. rows.Select(row => row.Report)], [.. _tests], project.Problems, project.LeftOut, Stopwatch.GetElapsedTime(started));
    }

    private ModelPlan Plan(CompiledModel model, ModelState? state, InputVersions versions)
    {
        var (definition, inputs) = (Definition.Of(model), versions.Of(model, request.AsOf));
        var layout = state is not { IsGood: true } || state.Definition != definition;
        var rows = model.Kind == Materialization.Table && (layout || request.Everything || state!.Inputs != inputs);
        return new ModelPlan(model, state, definition, inputs, layout, rows);
    }

    private async Task<StateRow> BuildAsync(ModelPlan plan, HashSet<string>? chosen, CancellationToken cancellation)
    {
        var (model, state) = (plan.Model, plan.State);
        var started = Stopwatch.GetTimestamp();
        var definition = plan.Definition;
        ModelReport report;
        if (model.Models.Where(_bad.Contains).ToList() is { Count: > 0 } causes)
        {
            _bad.Add(model.Name);
            report = new ModelReport(model.Name, ModelOutcome.Held, 0, 0, TimeSpan.Zero, $"waits for {string.Join(", ", causes)}");
            definition = state?.Definition ?? string.Empty;
        }
        else if (Waits(plan, chosen))
        {
            _done.Add(model.Name);
            report = new ModelReport(model.Name, plan.Rows ? ModelOutcome.Deferred : ModelOutcome.Unchanged, state?.Rows ?? 0, 0, TimeSpan.Zero, string.Empty);
        }
        else
        {
            var tests = request.Test || state is { IsGood: false } || request.Pace?.TestsNow(model.Name) == true;
            var layout = plan.Layout || _remake.Contains(model.Name);
            report = layout || plan.Rows || tests
                ? await InSavepointAsync(plan with { Layout = layout }, tests, cancellation)
                : new ModelReport(model.Name, ModelOutcome.Unchanged, state!.Rows, 0, TimeSpan.Zero, string.Empty);
            if (report.Outcome == ModelOutcome.Failed)
            {
                _bad.Add(model.Name);
                cache.Forget(model.Name);
                definition = string.Empty;
            }

            _done.Add(model.Name);
        }

        return new StateRow(
            report with { Took = Stopwatch.GetElapsedTime(started) }, model.Relation.Schema, model.Kind.ToString().ToLowerInvariant(), plan.Inputs, definition);
    }

    /// <summary>A model that rests waits, and so does what reads its table: it would say it reflects a state it does not.</summary>
    private bool Waits(ModelPlan plan, HashSet<string>? chosen)
    {
        var readsBehind = plan.Model.Models.Any(_behind.Contains);
        var rests = !plan.Layout && plan.Rows && chosen?.Contains(plan.Model.Name) == false;
        if (readsBehind || rests)
        {
            _behind.Add(plan.Model.Name);
        }

        return rests || (readsBehind && (plan.Model.Kind == Materialization.Table || !plan.Layout));
    }

    private async Task<ModelReport> InSavepointAsync(ModelPlan plan, bool tests, CancellationToken cancellation)
    {
        var model = plan.Model;
        await RunAsync("SAVEPOINT model", cancellation);
        try
        {
            var started = Stopwatch.GetTimestamp();
            var (rows, changed) = await PublishAsync(plan, tests, cancellation);
            request.Pace?.Built(model.Name, Stopwatch.GetElapsedTime(started));
            if (tests && await TestAsync(model, cancellation) is { } failed)
            {
                await RunAsync("ROLLBACK TO SAVEPOINT model", cancellation);
                return Failed(model, failed);
            }

            await RunAsync("RELEASE SAVEPOINT model", cancellation);
            return new ModelReport(model.Name, plan.Layout || plan.Rows ? ModelOutcome.Built : ModelOutcome.Unchanged, rows, changed, TimeSpan.Zero, string.Empty);
        }
        catch (WarehouseSqlException refused) when (!refused.IsTransient)
        {
            await RunAsync("ROLLBACK TO SAVEPOINT model", cancellation);
            return Failed(model, $"{model.File}: {refused.Message}");
        }
    }

    /// <summary>Makes the object where needed and brings a table to its rows; returns how many it has and how many changed.</summary>
    private async Task<(long Rows, long Changed)> PublishAsync(ModelPlan plan, bool count, CancellationToken cancellation)
    {
        var model = plan.Model;
        var columns = cache.Get(model.Name, plan.Definition);
        if (plan.Layout || (columns is null && model.Kind == Materialization.Table))
        {
            columns = await LayOutAsync(model, plan.Definition, plan.Layout, cancellation);
        }

        var (rows, changed) = (plan.State?.Rows ?? 0, 0L);
        if (plan.Rows)
        {
            var counts = (await snapshot.QueryAsync(PostgresPlan.Publish(model, columns!), StateTables.None, cancellation)).Rows[0];
            (rows, changed) = (rows + (long)counts[0]!, (long)counts[1]! + (long)counts[2]!);
        }

        if (model.Kind == Materialization.Table && plan.Rows && (plan.Layout || request.Everything || count))
        {
            var counts = (await snapshot.QueryAsync(PostgresPlan.CountRows(model), StateTables.None, cancellation)).Rows[0];
            rows = (long)counts[1]!;
            if (rows != (long)counts[0]!)
            {
                throw new WarehouseSqlException("21000", $"two rows have the same key ({string.Join(", ", model.Grain)})");
            }
        }

        return (rows, changed);
    }

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

        PublishedColumns.Check(model, columns);
        cache.Set(model.Name, definition, columns);
        return columns;
    }

    /// <summary>Runs the model's tests of severity error whose other models are all there; returns what failed, or null.</summary>
    private async Task<string?> TestAsync(CompiledModel model, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var runner = new DataTests(snapshot);
        string? failed = null;
        foreach (var test in project.Tests.Where(test => test.Severity == TestSeverity.Error && test.Model == model.Name
            && test.Models.All(name => name == model.Name || (_done.Contains(name) && !_behind.Contains(name)))))
        {
            var result = await runner.RunAsync(test, cancellation);
            _tests.Add(result);
            failed ??= result.Holds ? $"test {test.Name} ({test.File}:{test.Line}): {Counted(result)}" : null;
        }

        request.Pace?.Tested(model.Name, Stopwatch.GetElapsedTime(started));
        return failed;
    }

    private static ModelReport Failed(CompiledModel model, string detail) => new(model.Name, ModelOutcome.Failed, 0, 0, TimeSpan.Zero, detail);

    private static string Counted(TestReport result) => result.Failures < 0 ? result.Detail : $"{result.Failures} rows fail";

    private Task RunAsync(string statement, CancellationToken cancellation) => snapshot.ExecuteAsync(statement, StateTables.None, cancellation);
}
