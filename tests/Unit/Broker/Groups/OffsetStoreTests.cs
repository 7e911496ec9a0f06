using HospitalStreaming.Broker;
using HospitalStreaming.Broker.Groups;
using HospitalStreaming.Broker.Storage;
using HospitalStreaming.Tests.Unit.Broker.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Broker.Groups;

public sealed class OffsetStoreTests
{
    private const string Path = "/state/offsets.log";
    private static readonly Guid Topic = Guid.Parse("00000000-0000-0000-0000-000000000001");

    [Fact]
    public void Offsets_outlive_a_kill_and_a_torn_last_commit_loses_only_itself()
    {
        var files = new MemoryFileSystem();
        var store = Open(files);
        store.Commit("g", [At(0, 10), At(1, 20)]);
        store.Commit("other", [At(0, 5, "note")]);
        var whole = files.Content(Path).Length;
        store.Commit("g", [At(0, 11), At(1, 21)]);
        var all = files.Content(Path);
        for (var length = whole; length <= all.Length; length++)
        {
            var killed = files.Copy();
            killed.Replace(Path, all[..length]);
            var after = Open(killed);
            var isWhole = length == all.Length;
            after.Find("g", Topic, 0)!.Value.Offset.ShouldBe(isWhole ? 11 : 10);
            after.Find("g", Topic, 1)!.Value.Offset.ShouldBe(isWhole ? 21 : 20);
            after.Find("other", Topic, 0).ShouldBe(new CommittedOffset(5, 3, "note"));
            after.Commit("g", [At(0, 12)]);
            Open(killed.Copy()).Find("g", Topic, 0)!.Value.Offset.ShouldBe(12);
        }
    }

    [Fact]
    public void A_commit_that_cannot_be_stored_is_not_made()
    {
        var files = new MemoryFileSystem();
        var store = Open(files);
        store.Commit("g", [At(0, 10)]);
        files.WritesFailAfterBytes = 20;
        Should.Throw<IOException>(() => store.Commit("g", [At(0, 11), At(1, 1), At(2, 1)]));
        store.Find("g", Topic, 0)!.Value.Offset.ShouldBe(10);
        files.WritesFailAfterBytes = null;
        store.Commit("g", [At(0, 12)]);
        Open(files.Copy()).All("g").ShouldBe([At(0, 12)]);
    }

    [Fact]
    public void The_log_is_written_anew_before_it_grows_without_end()
    {
        var files = new MemoryFileSystem();
        var store = Open(files);
        for (var i = 0; i < 60_000; i++)
        {
            store.Commit("g", [At(i % 3, i)]);
        }
        files.Content(Path).Length.ShouldBeLessThan(2 << 20);
        store.Commit("g", [At(0, 99)]);
        var after = Open(files.Copy());
        after.All("g").OrderBy(o => o.Partition).ShouldBe([At(0, 99), At(1, 59_998), At(2, 59_999)]);
    }

    [Fact]
    public void Deleted_groups_and_topics_do_not_come_back()
    {
        var files = new MemoryFileSystem();
        var store = Open(files);
        var other = Guid.Parse("00000000-0000-0000-0000-000000000002");
        store.Commit("gone", [At(0, 1)]);
        store.Commit("kept", [At(0, 1), new PartitionCommit(other, 0, new CommittedOffset(2, 0, null))]);
        store.Delete("gone");
        store.ForgetTopic(other);
        store.Groups.ShouldBe(["kept"]);
        var after = Open(files.Copy(), id => id != other);
        after.Groups.ShouldBe(["kept"]);
        after.All("kept").ShouldBe([At(0, 1)]);
    }

    private static PartitionCommit At(int partition, long offset, string? metadata = null) => new(Topic, partition, new CommittedOffset(offset, 3, metadata));

    private static OffsetStore Open(MemoryFileSystem files, Func<Guid, bool>? exists = null) =>
        new(new StorageEnvironment(files, new ManualTime(), NullLogger.Instance, FlushPolicy.Os), "/state", exists ?? (_ => true));
}
