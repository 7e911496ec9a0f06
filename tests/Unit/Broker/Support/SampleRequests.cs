using HospitalStreaming.Broker.Protocol;

namespace HospitalStreaming.Tests.Unit.Broker.Support;

/// <summary>Well-formed bodies for the requests with the deepest decoders, to mutate; for others a body of small numbers.</summary>
internal static class SampleRequests
{
    public static byte[] Body(ApiKey key, short version, bool flexible)
    {
        using var w = new WireWriter();
        w.Begin(version, flexible, 0, flexibleHeader: false);
        switch (key)
        {
            case ApiKey.Produce:
                Produce(w);
                break;
            case ApiKey.Fetch:
                Fetch(w);
                break;
            case ApiKey.JoinGroup:
                JoinGroup(w);
                break;
            case ApiKey.OffsetCommit:
                OffsetCommit(w);
                break;
            case ApiKey.CreateTopics:
                CreateTopics(w);
                break;
            default:
                w.Raw(Enumerable.Range(0, 60).Select(i => (byte)(i % 3)).ToArray());
                break;
        }
        return [.. w.Finish().SelectMany(block => block.ToArray()).Skip(8)];
    }

    private static void Produce(WireWriter w)
    {
        if (w.Version >= 3)
        {
            w.String(null);
        }
        w.Int16(-1);
        w.Int32(1000);
        Topic(w, byIdFrom: 13);
        w.Int32(0);
        w.Bytes(Batch.Of(2, producerId: 1, epoch: 0, sequence: 0));
        End(w, 3);
    }

    private static void Fetch(WireWriter w)
    {
        if (w.Version <= 14)
        {
            w.Int32(-1);
        }
        w.Int32(0);
        w.Int32(1);
        w.Int32(1 << 20);
        w.Int8(0);
        if (w.Version >= 7)
        {
            w.Int32(0);
            w.Int32(-1);
        }
        Topic(w, byIdFrom: 13);
        w.Int32(0);
        if (w.Version >= 9)
        {
            w.Int32(0);
        }
        w.Int64(0);
        if (w.Version >= 12)
        {
            w.Int32(-1);
        }
        if (w.Version >= 5)
        {
            w.Int64(0);
        }
        w.Int32(1 << 20);
        End(w, 2);
    }

    private static void JoinGroup(WireWriter w)
    {
        w.String("g");
        w.Int32(10_000);
        if (w.Version >= 1)
        {
            w.Int32(10_000);
        }
        w.String("");
        if (w.Version >= 5)
        {
            w.String("i");
        }
        w.String("consumer");
        w.Count(1);
        w.String("range");
        w.Bytes([1, 2, 3]);
        End(w, 2);
    }

    private static void OffsetCommit(WireWriter w)
    {
        w.String("g");
        w.Int32(-1);
        w.String("");
        if (w.Version >= 7)
        {
            w.String(null);
        }
        if (w.Version <= 4)
        {
            w.Int64(-1);
        }
        Topic(w, byIdFrom: short.MaxValue);
        w.Int32(0);
        w.Int64(5);
        if (w.Version >= 6)
        {
            w.Int32(0);
        }
        w.String("m");
        End(w, 3);
    }

    private static void CreateTopics(WireWriter w)
    {
        w.Count(1);
        w.String("new");
        w.Int32(2);
        w.Int16(1);
        w.Count(0);
        w.Count(1);
        w.String("retention.ms");
        w.String("1000");
        End(w, 2);
        w.Int32(1000);
        w.Bool(false);
        w.Tags();
    }

    private static void Topic(WireWriter w, short byIdFrom)
    {
        w.Count(1);
        if (w.Version >= byIdFrom)
        {
            w.Uuid(Guid.Empty);
        }
        else
        {
            w.String("t");
        }
        w.Count(1);
    }

    private static void End(WireWriter w, int levels)
    {
        for (; levels > 0; levels--)
        {
            w.Tags();
        }
    }
}
