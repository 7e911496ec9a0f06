using System.Security.Cryptography;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Documents;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Lake;

/// <summary>What every version of the port keeps.</summary>
public abstract class LakeSuite
{
    private static readonly LakeStream Stream = new("postgres-source.public.visits", "0123abcd", 2);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Whether a creator may not learn that it was itself the one.</summary>
    private protected virtual bool RepliesGetLost => false;

    /// <summary>An empty lake; opened again it is the same one, as another process would see it.</summary>
    private protected abstract ILake Open();

    [Fact]
    public async Task What_was_created_is_found_listed_and_read()
    {
        var lake = Open();
        using var draft = Samples.Draft(Stream, 7, 3);
        var (_, manifest) = draft.Finish();

        var put = await Samples.PutAsync(lake, draft, Token);

        (put.Created || RepliesGetLost).ShouldBeTrue();
        var again = Open();
        var found = await again.FindAsync(draft.Name, Token);
        found!.Manifest.ShouldBe(manifest);
        found.Length.ShouldBe(manifest.StoredBytes);
        (await Listed(again, Stream, draft.Name.Day, 0)).Single().Manifest.ShouldBe(manifest);
        using var reader = await LakeObjectReader.OpenAsync(again, found, Token);
        reader.Records().Select(record => record.Position.Offset).ShouldBe([7, 8, 9]);
    }

    [Fact]
    public async Task What_is_not_there_is_null_empty_or_damage()
    {
        var lake = Open();
        var name = new LakeObjectName(Stream, new DateOnly(2026, 3, 1), 0);

        (await lake.FindAsync(name, Token)).ShouldBeNull();
        (await lake.DaysAsync(Stream.Topic, Token)).ShouldBeEmpty();
        (await Listed(lake, Stream, name.Day, 0)).ShouldBeEmpty();
        (await lake.ReadDocumentAsync("claims/visits/1.json", Token)).ShouldBeNull();
        (await Documents(lake, "claims/")).ShouldBeEmpty();
        await Should.ThrowAsync<LakeDamageException>(() => lake.OpenReadAsync(name, Token));
    }

    [Fact]
    public async Task Of_many_creators_exactly_one_wins_and_all_learn_who()
    {
        for (var round = 0; round < 5; round++)
        {
            var start = round * 100;
            var lakes = Enumerable.Range(0, 3).Select(_ => Open()).ToList();
            var puts = await Task.WhenAll(Enumerable.Range(1, 24).Select(async rows =>
            {
                using var draft = Samples.Draft(Stream, start, rows);
                return await Samples.PutAsync(lakes[rows % lakes.Count], draft, Token);
            }));

            puts.Count(put => put.Created).ShouldBeInRange(RepliesGetLost ? 0 : 1, 1);
            puts.Select(put => put.Existing.Manifest).Distinct().Count().ShouldBe(1);
            using var reader = await LakeObjectReader.OpenAsync(lakes[0], puts[0].Existing, Token);
            reader.Records().Count().ShouldBe(puts[0].Existing.Manifest!.Rows);
        }
    }

    [Fact]
    public async Task A_second_create_changes_nothing()
    {
        var lake = Open();
        using var first = Samples.Draft(Stream, 0, 2);
        using var second = Samples.Draft(Stream, 0, 5);
        await Samples.PutAsync(lake, first, Token);
        var before = await Bytes(lake, first.Name);

        var put = await Samples.PutAsync(lake, second, Token);

        put.Created.ShouldBeFalse();
        put.Existing.Manifest.ShouldBe(first.Finish().Manifest);
        (await Bytes(lake, first.Name)).ShouldBe(before);
    }

    [Fact]
    public async Task Objects_list_in_log_order_from_an_offset_and_only_their_streams()
    {
        var lake = Open();
        long[] starts = [1_000, 9, 10, 99, 0, 100_000_000_000, 100];
        var others = new[] { new LakeStream(Stream.Topic, Stream.Epoch, 1), new LakeStream(Stream.Topic, Stream.Epoch, 22), new LakeStream(Stream.Topic, "0123abce", 2), new LakeStream(Stream.Topic + "2", Stream.Epoch, 2) };
        foreach (var stream in others.Append(Stream))
        {
            await Task.WhenAll(starts.Select(async start =>
            {
                using var draft = Samples.Draft(stream, start, 1);
                await Samples.PutAsync(lake, draft, Token);
            }));
        }

        var day = LakeObjectName.DayOf(Samples.Noon);
        (await Listed(lake, Stream, day, 0)).Select(found => found.Name.StartOffset).ShouldBe(starts.Order());
        (await Listed(lake, Stream, day, 99)).Select(found => found.Name.StartOffset).ShouldBe([99, 100, 1_000, 100_000_000_000]);
        (await Listed(lake, Stream, day, 100_000_000_001)).ShouldBeEmpty();
        (await Listed(lake, Stream, day, 0)).ShouldAllBe(found => found.Name.Stream == Stream && found.Manifest != null);
    }

    [Fact]
    public async Task A_chain_is_followed_over_days_that_run_backwards()
    {
        var lake = Open();
        const long dayMs = 86_400_000;
        long[] times = [Samples.Noon, Samples.Noon + dayMs, Samples.Noon - dayMs, Samples.Noon + (3 * dayMs)];
        for (var i = 0; i < times.Length; i++)
        {
            using var draft = Samples.Draft(Stream, 5 + (i * 10), 10, times[i]);
            await Samples.PutAsync(lake, draft, Token);
        }

        (await lake.DaysAsync(Stream.Topic, Token)).Count.ShouldBe(4);
        var first = await LakeChainReader.FirstAsync(lake, Stream, Token);
        first!.Name.StartOffset.ShouldBe(5);
        var walked = new List<long>();
        await foreach (var found in LakeChainReader.WalkAsync(lake, Stream, 5, null, Token))
        {
            walked.Add(found.Name.StartOffset);
        }

        walked.ShouldBe([5, 15, 25, 35]);
        foreach (long? committed in new long?[] { null, 0, 5, 35, 40, 45, 99 })
        {
            var window = await ChainWindow.ReadAsync(lake, Stream, committed, Token);
            window[^1].Manifest!.Next.ShouldBe(45, $"committed {committed}");
        }
    }

    [Fact]
    public async Task A_listing_longer_than_a_page_is_whole()
    {
        var lake = Open();
        const int objects = 1_050;
        await Parallel.ForEachAsync(Enumerable.Range(0, objects), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token }, async (i, token) =>
        {
            using var draft = Samples.Draft(Stream, i, 1);
            await Samples.PutAsync(lake, draft, token);
        });

        var chain = await ChainWindow.ReadAsync(lake, Stream, null, Token);
        chain.Select(found => found.Name.StartOffset).ShouldBe(Enumerable.Range(0, objects).Select(i => (long)i));
    }

    [Fact]
    public async Task A_big_object_comes_back_whole()
    {
        var lake = Open();
        var noise = Convert.ToBase64String(RandomNumberGenerator.GetBytes(12_000_000));
        using var draft = new LakeObjectDraft(Stream, 0, LakeCompression.Gzip);
        draft.Add(Samples.Record(Stream, 0, Samples.Noon) with { Value = System.Text.Encoding.ASCII.GetBytes(noise) });

        var put = await Samples.PutAsync(lake, draft, Token);

        put.Existing.Manifest!.StoredBytes.ShouldBeGreaterThan(9_000_000, "longer than one request takes");
        using var reader = await LakeObjectReader.OpenAsync(lake, put.Existing, Token);
        reader.Records().Single().Value!.Value.Span.SequenceEqual(System.Text.Encoding.ASCII.GetBytes(noise)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("a")]
    [InlineData("A.b_c-d")]
    [InlineData("...")]
    [InlineData("-dt-2026")]
    public async Task Odd_topic_names_keep_to_themselves(string topic)
    {
        var lake = Open();
        var stream = new LakeStream(topic, "e", 0);
        using var draft = Samples.Draft(stream, 0, 1);
        await Samples.PutAsync(lake, draft, Token);

        (await lake.FindAsync(draft.Name, Token)).ShouldNotBeNull();
        (await lake.DaysAsync(topic, Token)).ShouldBe([draft.Name.Day]);
        (await Listed(lake, stream, draft.Name.Day, 0)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Documents_are_created_once_read_and_listed()
    {
        var lake = Open();
        var tries = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Open().CreateDocumentAsync("claims/visits/000001.json", new byte[] { (byte)i }, Token)));
        await lake.CreateDocumentAsync("claims/billing/000001.json", "{}"u8.ToArray(), Token);
        await lake.CreateDocumentAsync("claims-other/1.json", "{}"u8.ToArray(), Token);

        tries.Count(created => created).ShouldBeInRange(RepliesGetLost ? 0 : 1, 1);
        (await lake.ReadDocumentAsync("claims/visits/000001.json", Token)).ShouldBe([.. tries.Contains(true) ? [(byte)Array.IndexOf(tries, true)] : (await lake.ReadDocumentAsync("claims/visits/000001.json", Token))!]);
        (await Documents(lake, "claims/")).ShouldBe(["claims/billing/000001.json", "claims/visits/000001.json"]);
        foreach (var path in new[] { "", "/a", "a/", "../a", "a/../b", ".tmp/a", "topics/a", "a//b", "a\\b", "a b", "a\n" })
        {
            await Should.ThrowAsync<ArgumentException>(() => lake.CreateDocumentAsync(path, new byte[1], Token));
        }
    }

    [Fact]
    public async Task Lives_of_a_topic_are_recorded_once_and_in_order()
    {
        var ids = Enumerable.Range(0, 8).Select(_ => StreamEpochs.EnsureAsync(Open(), "t", "aaaaaaaa00000000", 3, Token));
        (await Task.WhenAll(ids)).Distinct().Single().ShouldBe(new StreamEpoch(1, "aaaaaaaa", "aaaaaaaa00000000", 3));
        var lake = Open();
        (await StreamEpochs.EnsureAsync(lake, "t", "bbbbbbbb00000000", 3, Token)).Epoch.ShouldBe("bbbbbbbb");
        (await StreamEpochs.EnsureAsync(lake, "t", "bbbbbbbb11111111", 3, Token)).Epoch.ShouldBe("bbbbbbbb11111111", "two ids that begin alike");
        (await StreamEpochs.ReadAsync(lake, "t", Token)).Select(life => life.Sequence).ShouldBe([1, 2, 3]);
        (await StreamEpochs.TopicsAsync(lake, Token)).ShouldBe(["t"]);
        (await Should.ThrowAsync<LakeException>(() => StreamEpochs.EnsureAsync(lake, "t", "aaaaaaaa00000000", 3, Token))).Message.ShouldContain("life 1");
        (await Should.ThrowAsync<LakeException>(() => StreamEpochs.EnsureAsync(lake, "t", "bbbbbbbb11111111", 4, Token))).Message.ShouldContain("4 partitions");
    }

    [Fact]
    public async Task A_lake_is_used_with_the_settings_it_was_made_with()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => LakeFormat.EnsureAsync(Open(), Token)));
        var other = Open();
        await other.CreateDocumentAsync("x.json", "{}"u8.ToArray(), Token);
        await LakeFormat.EnsureAsync(other, Token);
    }

    private protected static async Task<List<LakeObject>> Listed(ILake lake, LakeStream stream, DateOnly day, long from)
    {
        var found = new List<LakeObject>();
        await foreach (var one in lake.ListAsync(stream, day, from, Token))
        {
            found.Add(one);
        }

        return found;
    }

    private static async Task<List<string>> Documents(ILake lake, string prefix)
    {
        var found = new List<string>();
        await foreach (var path in lake.ListDocumentsAsync(prefix, Token))
        {
            found.Add(path);
        }

        return found;
    }

    private static async Task<byte[]> Bytes(ILake lake, LakeObjectName name)
    {
        await using var stream = await lake.OpenReadAsync(name, Token);
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Token);
        return copy.ToArray();
    }
}
