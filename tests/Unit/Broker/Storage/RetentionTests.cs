using HospitalStreaming.Broker;
using HospitalStreaming.Broker.Storage;
using HospitalStreaming.Tests.Unit.Broker.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Broker.Storage;

public sealed class RetentionTests
{
    [Fact]
    public void Segments_go_when_all_their_records_are_over_their_time_also_the_newest()
    {
        var catalog = new CatalogUnderTest(new MemoryFileSystem());
        var topic = catalog.Create("t", 1, ("retention.ms", "60000"));
        var start = catalog.Time.Now.ToUnixTimeMilliseconds();
        for (var i = 0; i < 10; i++)
        {
            catalog.Append(topic, 0, start + (i * 10_000)); // One record a segment.
        }
        var log = topic.Partition(0)!;

        catalog.Time.Now = catalog.Time.Now.AddSeconds(95);
        Run(catalog);
        log.LogStartOffset.ShouldBe(4);

        catalog.Time.Now = catalog.Time.Now.AddHours(1);
        Run(catalog);
        (log.LogStartOffset, log.HighWatermark).ShouldBe((10, 10));
        catalog.Append(topic, 0, catalog.Time.Now.ToUnixTimeMilliseconds());
        var after = catalog.AfterKill().Catalog.Find("t")!.Partition(0)!;
        (after.LogStartOffset, after.HighWatermark).ShouldBe((10, 11));
    }

    [Fact]
    public void Nothing_goes_where_retention_is_for_ever_or_records_have_no_time()
    {
        var catalog = new CatalogUnderTest(new MemoryFileSystem());
        var forEver = catalog.Create("for-ever", 1, ("retention.ms", "-1"));
        var timeless = catalog.Create("timeless", 1, ("retention.ms", "1000"));
        for (var i = 0; i < 5; i++)
        {
            catalog.Append(forEver, 0, 1000);
            catalog.Append(timeless, 0, -1);
        }
        Run(catalog);
        forEver.Partition(0)!.LogStartOffset.ShouldBe(0);
        timeless.Partition(0)!.LogStartOffset.ShouldBe(0);
    }

    [Fact]
    public void A_partition_keeps_at_least_its_bytes()
    {
        var catalog = new CatalogUnderTest(new MemoryFileSystem());
        var topic = catalog.Create("t", 1, ("retention.bytes", "2000"), ("retention.ms", "-1"));
        for (var i = 0; i < 10; i++)
        {
            catalog.Append(topic, 0, 1000);
        }
        Run(catalog);
        topic.Partition(0)!.Bytes.ShouldBeInRange(2000, 2800);
    }

    [Fact]
    public void Over_the_disk_budget_the_oldest_go_first_but_never_what_is_kept_for_ever()
    {
        var catalog = new CatalogUnderTest(new MemoryFileSystem(), new BrokerOptions { Folder = "/state", SegmentBytes = 1024, DiskBudgetBytes = 8000 });
        var start = catalog.Time.Now.ToUnixTimeMilliseconds();
        var older = catalog.Create("older", 1);
        var newer = catalog.Create("newer", 1);
        var kept = catalog.Create("kept", 1, ("retention.ms", "-1"));
        for (var i = 0; i < 5; i++)
        {
            catalog.Append(kept, 0, 1);
            catalog.Append(older, 0, start + i);
            catalog.Append(newer, 0, start + 1000 + i);
        }
        Run(catalog);
        kept.Partition(0)!.LogStartOffset.ShouldBe(0);
        older.Partition(0)!.LogStartOffset.ShouldBeGreaterThan(0);
        newer.Partition(0)!.LogStartOffset.ShouldBe(0);
        catalog.Catalog.Partitions.Sum(p => p.Bytes).ShouldBeLessThanOrEqualTo(8000);
    }

    [Fact]
    public void A_folder_that_may_not_be_written_stops_no_round()
    {
        var catalog = new CatalogUnderTest(new MemoryFileSystem());
        var topic = catalog.Create("t", 1, ("retention.ms", "1000"));
        catalog.Append(topic, 0, 1);
        catalog.Append(topic, 0, 1);
        catalog.Files.IsReadOnly = true;
        Run(catalog);
        catalog.Files.IsReadOnly = false;
        Run(catalog);
        topic.Partition(0)!.LogStartOffset.ShouldBe(2);
    }

    private static void Run(CatalogUnderTest catalog) => new Retention(catalog.Catalog, catalog.Environment, catalog.Options).Run();
}
