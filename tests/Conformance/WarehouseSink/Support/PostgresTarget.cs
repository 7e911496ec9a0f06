using System.Globalization;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Folder;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Tests.Conformance.WarehouseSink.Support;

/// <summary>A folder, and schemas in a database, behind a proxy that reads PostgreSQL's protocol.</summary>
internal sealed class PostgresTarget : ILoaderTarget
{
    private readonly TestDatabase _database;
    private readonly string _folder;
    private readonly PostgresTap _tap;

    public PostgresTarget(TestDatabase database, string name)
    {
        (_database, _folder, _tap) = (database, TestFolder.Create(name), new PostgresTap(database.ConnectionString));
        Names = new WarehouseNames(name);
        Lake = new FolderLake(Path.Combine(_folder, "lake"), LakeCompression.Gzip, new LakeNews(TimeProvider.System));
        Settings = new Dictionary<string, string>
        {
            ["Warehouse:ConnectionString"] = _tap.ConnectionString,
            ["Warehouse:Dataset"] = name,
            ["Lake:Folder"] = Path.Combine(_folder, "lake"),
            ["Line:State"] = Path.Combine(_folder, "state"),
        };
    }

    public ILake Lake { get; }

    public WarehouseNames Names { get; }

    public IWarehouseSql Sql => new PostgresWarehouseSql(_database.Source, Names);

    public IReadOnlyDictionary<string, string> Settings { get; }

    public IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>();

    public int Kills => 2;

    public int Objects => 30;

    public TimeSpan Look => TimeSpan.FromMilliseconds(50);

    public int MostSkipped => 3;

    public int MostRecords(Random random) => random.Next(6, 13);

    public void Arm(LoaderPoint point, int skip, bool other, Action strike)
    {
        var count = new Countdown(skip);
        _tap.Strike = strike;
        _tap.Chooses = (point, other) switch
        {
            (LoaderPoint.Claimed, true) => (_, text, _) => PostgresTap.IsClaim(text) && count.IsNow() ? WireCut.Never : WireCut.None,
            (LoaderPoint.Claimed, false) => RightAfterTheClaim,
            (LoaderPoint.Loading, true) => (type, _, _) => type == 'c' && count.IsNow() ? WireCut.Never : WireCut.None,
            (LoaderPoint.Loading, false) => (type, _, _) => type == 'd' && count.IsNow() ? WireCut.Half : WireCut.None,
            (LoaderPoint.BeforeCommit, true) => (type, text, loading) => loading && PostgresTap.IsCommit(type, text) && count.IsNow() ? WireCut.Never : WireCut.None,
            (LoaderPoint.BeforeCommit, false) => (_, text, loading) => loading && text.Contains("pg_notify", StringComparison.Ordinal) && count.IsNow() ? WireCut.Never : WireCut.None,
            _ => (type, text, loading) => loading && PostgresTap.IsCommit(type, text) && count.IsNow() ? WireCut.Answer : WireCut.None,
        };

        WireCut RightAfterTheClaim(char type, string text, bool loading)
        {
            if (PostgresTap.IsClaim(text))
            {
                count.IsNow();
                return WireCut.None;
            }

            return loading && type is 'P' or 'Q' && count.IsPast() ? WireCut.Never : WireCut.None;
        }
    }

    public void Disarm() => _tap.Chooses = static (_, _, _) => WireCut.None;

    public async ValueTask DisposeAsync()
    {
        _tap.Dispose();
        await _database.RunAsync(string.Create(
            CultureInfo.InvariantCulture, $"DROP SCHEMA IF EXISTS {Names.Raw}, {Names.Current}, {Names.Line}, {Names.Views} CASCADE"));
        Directory.Delete(_folder, recursive: true);
    }
}
