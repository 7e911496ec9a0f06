using System.Text;
using HospitalStreaming.Broker;
using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Storage;
using HospitalStreaming.Tests.Unit.Broker.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Broker.Storage;

public sealed class TopicCatalogTests
{
    [Fact]
    public void Topics_keep_id_partitions_settings_and_records_after_a_kill()
    {
        var before = new CatalogUnderTest(new MemoryFileSystem());
        var topic = before.Create("visits", 3, ("retention.ms", "-1"));
        before.Append(topic, 2, 1000);
        before.Catalog.AddPartitions(topic, 5, validateOnly: false);
        before.Catalog.Configure(topic, new() { ["retention.ms"] = "5000" }, validateOnly: false);

        var after = before.AfterKill().Catalog.Find("visits")!;
        (after.Id, after.Partitions.Length, after.Config.Retention).ShouldBe((topic.Id, 5, TimeSpan.FromSeconds(5)));
        after.Partition(2)!.HighWatermark.ShouldBe(1);
    }

    [Fact]
    public void A_deleted_topic_is_gone_with_its_files_also_where_the_kill_came_between()
    {
        var catalog = new CatalogUnderTest(new MemoryFileSystem());
        var topic = catalog.Create("visits", 2);
        catalog.Append(topic, 0, 1000);
        var log = topic.Partition(0)!.Segments[0].LogPath;
        var between = catalog.Files.Copy();
        catalog.Catalog.Delete(topic);
        catalog.Files.Exists(log).ShouldBeFalse();

        // The metadata of after, the folder of before: what a kill in the middle leaves.
        between.Replace("/state/topics.json", Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(between.Content("/state/topics.json"))
                .Replace("\"deleting\":[]", $"\"deleting\":[\"{topic.Id}\"]", StringComparison.Ordinal)
                .Replace($"{{\"name\":\"visits\",\"id\":\"{topic.Id}\",\"partitions\":2,\"settings\":{{}}}}", "", StringComparison.Ordinal)));
        between.Exists(log).ShouldBeTrue();
        var after = new CatalogUnderTest(between);
        after.Catalog.Find("visits").ShouldBeNull();
        between.Exists(log).ShouldBeFalse();
    }

    [Fact]
    public void A_change_that_cannot_be_stored_does_not_happen()
    {
        var catalog = new CatalogUnderTest(new MemoryFileSystem());
        var topic = catalog.Create("old");
        catalog.Files.IsReadOnly = true;
        Should.Throw<CatalogException>(() => catalog.Create("new")).Error.ShouldBe(ErrorCode.KafkaStorageError);
        Should.Throw<CatalogException>(() => catalog.Catalog.Delete(topic)).Error.ShouldBe(ErrorCode.KafkaStorageError);
        Should.Throw<CatalogException>(() => catalog.Catalog.AddPartitions(topic, 4, validateOnly: false)).Error.ShouldBe(ErrorCode.KafkaStorageError);
        catalog.Catalog.Topics.Select(t => t.Name).ShouldBe(["old"]);
        topic.Partitions.Length.ShouldBe(1);
        catalog.Files.IsReadOnly = false;
        catalog.Append(topic, 0, 1000);
        catalog.Create("new");
    }

    [Fact]
    public void Producer_ids_are_never_given_twice()
    {
        var catalog = new CatalogUnderTest(new MemoryFileSystem());
        var given = new HashSet<long>();
        for (var kills = 0; kills < 5; kills++)
        {
            for (var i = 0; i < 1500; i++)
            {
                given.Add(catalog.Catalog.NewProducerId()).ShouldBeTrue();
            }
            catalog = catalog.AfterKill();
        }
    }

    [Fact]
    public void Limits_hold()
    {
        var catalog = new CatalogUnderTest(new MemoryFileSystem(), new BrokerOptions { Folder = "/state", MaxTopics = 2, MaxPartitions = 4 });
        catalog.Create("a", 2);
        Should.Throw<CatalogException>(() => catalog.Create("b", 3)).Error.ShouldBe(ErrorCode.PolicyViolation);
        catalog.Create("b", 2);
        Should.Throw<CatalogException>(() => catalog.Create("c")).Error.ShouldBe(ErrorCode.PolicyViolation);
        Should.Throw<CatalogException>(() => catalog.Catalog.AddPartitions(catalog.Catalog.Find("a")!, 3, validateOnly: false)).Error.ShouldBe(ErrorCode.PolicyViolation);
    }

    [Theory]
    [InlineData("{ not json")]
    [InlineData("{\"format\":2,\"topics\":[],\"deleting\":[]}")]
    public void A_metadata_file_that_cannot_be_understood_stops_the_start(string content)
    {
        var files = new MemoryFileSystem();
        files.Replace("/state/topics.json", Encoding.UTF8.GetBytes(content));
        Should.Throw<BrokerStartException>(() => new CatalogUnderTest(files)).Message.ShouldContain("/state/topics.json");
    }
}
