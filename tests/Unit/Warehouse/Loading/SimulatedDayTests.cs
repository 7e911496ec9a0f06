using System.Globalization;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.WarehouseSink;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Warehouse.Loading;

/// <summary>
/// Two days of BigQuery's loader on simulated time: the rules are the product's (<see cref="LoadMeter"/>, <see cref="LoadPause"/>), its order of work is the
/// loader's (all jobs of a load are submitted, then waited for, then its rows' jobs), commits and failures are drawn from a seed.
/// </summary>
public sealed class SimulatedDayTests
{
    private const double RefusedShare = 0.01;
    private const double FailedShare = 0.01;
    private static readonly string[] Tables = ["visits", "prescriptions", "billing_payments", "patients", "doctors"];
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_table_stays_within_its_quota_failed_jobs_included_and_commits_are_submitted_in_time(int seed)
    {
        var day = new Day(seed);

        day.Run(TimeSpan.FromDays(2));

        var most = day.Jobs.ToDictionary(
            table => table.Key, table => Enumerable.Range(0, table.Value.Count).Max(i => table.Value.Skip(i).TakeWhile(at => at < table.Value[i] + 86_400).Count()), StringComparer.Ordinal);
        var delay = day.Delays.Order().ElementAt((int)(day.Delays.Count * 0.95));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"most load jobs of one table in any 24 h: {most.Values.Max()}; commit to submit p95: {delay:0.0} s over {day.Delays.Count} commits; {day.Failed} jobs failed, {day.Refused} refused, {day.Quotas} quotas"));
        day.Refused.ShouldBeGreaterThan(20);
        day.Failed.ShouldBeGreaterThan(20);
        day.Quotas.ShouldBeGreaterThan(0);
        foreach (var (table, jobs) in day.Jobs)
        {
            jobs.Count.ShouldBeGreaterThan(1_000, table);
            most[table].ShouldBeLessThanOrEqualTo(LoadMeter.MostADay, table);
        }

        day.Delays.Count.ShouldBeGreaterThan(50_000);
        delay.ShouldBeLessThan(75);
    }

    private sealed class Day(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly LoadMeter _meter = new(Interval);
        private readonly DateTimeOffset _start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
        private readonly Dictionary<string, Queue<double>> _commits = [];
        private double _now;

        internal Dictionary<string, List<double>> Jobs { get; } = [];

        internal List<double> Delays { get; } = [];

        internal int Refused { get; private set; }

        internal int Failed { get; private set; }

        internal int Quotas { get; private set; }

        internal void Run(TimeSpan length)
        {
            foreach (var table in Tables)
            {
                _commits[table] = new(Commits(length.TotalSeconds));
            }

            while (_now < length.TotalSeconds)
            {
                var started = _now;
                var loaded = Load();
                var took = TimeSpan.FromSeconds(_now - started);
                _now += LoadPause.After(loaded, took, Interval, TimeSpan.FromMilliseconds(100)).TotalSeconds + (loaded ? 0 : Poll.TotalSeconds);
            }
        }

        // A few a minute, in bursts; what is committed is an object of the lake some seconds later.
        private IEnumerable<double> Commits(double length)
        {
            for (var at = 0.0; at < length; at += -Math.Log(1 - _random.NextDouble()) * (_random.Next(10) == 0 ? 60 : 5))
            {
                yield return at;
            }
        }

        private bool Load()
        {
            var claim = new Dictionary<string, List<double>>();
            foreach (var (table, commits) in _commits)
            {
                var lake = _random.NextDouble() * 5;
                while (commits.TryPeek(out var at) && at + lake <= _now)
                {
                    (claim.TryGetValue(table, out var some) ? some : claim[table] = []).Add(commits.Dequeue());
                }
            }

            if (claim.Count == 0)
            {
                return false;
            }

            JobsOf(claim.Keys, (table, at) => Delays.AddRange(claim[table].Select(commit => at - commit)));
            JobsOf(claim.Keys.Select(table => table + ".rows"), (_, _) => { });

            // The transaction.
            _now += 2 + (_random.NextDouble() * 4);
            return true;
        }

        private void JobsOf(IEnumerable<string> counted, Action<string, double> submitted)
        {
            var running = counted.Select(table => (Table: table, At: Submit(table))).ToList();
            foreach (var (table, at) in running)
            {
                var sent = at;
                while (true)
                {
                    _now = Math.Max(_now, sent + 2 + (_random.NextDouble() * 10));
                    if (_random.NextDouble() >= FailedShare)
                    {
                        _meter.Succeeded(table);
                        submitted(table, sent);
                        break;
                    }

                    Failed++;
                    if (_random.Next(30) == 0)
                    {
                        Quotas++;
                        _meter.QuotaExceeded(table);
                    }
                    else
                    {
                        _meter.Failed(table);
                    }

                    sent = Submit(table);
                }
            }
        }

        // 403 rateLimitExceeded makes no job: it is sent again after a short wait.
        private double Submit(string table)
        {
            _now += _meter.Until(table, At(_now)).TotalSeconds;
            _meter.Submitted(table, At(_now));
            (Jobs.TryGetValue(table, out var jobs) ? jobs : Jobs[table] = []).Add(_now);
            var wait = 1.0;
            while (_random.NextDouble() < RefusedShare)
            {
                Refused++;
                _now += wait * _random.NextDouble();
                wait *= 2;
            }

            _now += 0.2;
            return _now;
        }

        private DateTimeOffset At(double seconds) => _start.AddSeconds(seconds);
    }
}
