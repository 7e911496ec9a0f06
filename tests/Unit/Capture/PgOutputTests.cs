using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Capture.Replication;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Writing;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Capture;

public sealed class PgOutputTests
{
    [Fact]
    public void Begin_carries_commit_place_time_and_id()
    {
        byte[] message = [(byte)'B', .. Big(0x1_0000_0010), .. Big(1_000_000), 0xFF, 0xFF, 0xFF, 0xFE];
        var begin = new PgOutput(message, message.Length).ReadBegin();
        begin.CommitLsn.ShouldBe(new Lsn(0x1_0000_0010));
        begin.CommitMicros.ShouldBe(946_684_801_000_000);
        begin.TransactionId.ShouldBe(0xFFFF_FFFE);
    }

    [Fact]
    public void A_tuple_tells_null_untouched_and_text_apart()
    {
        byte[] message = [(byte)'I', 0, 0, 0, 9, (byte)'N', 0, 3, (byte)'n', (byte)'u', (byte)'t', 0, 0, 0, 2, (byte)'o', (byte)'k'];
        var reader = new PgOutput(message, message.Length);
        reader.ReadRelationId().ShouldBe(9u);
        reader.ReadTupleKind().ShouldBe('N');
        var row = new RowTuple();
        reader.ReadTuple(row);
        row.Count.ShouldBe(3);
        row.IsNull(0).ShouldBeTrue();
        row.IsUnchanged(1).ShouldBeTrue();
        row.Text(2).SequenceEqual("ok"u8).ShouldBeTrue();
    }

    [Fact]
    public void A_damaged_message_is_an_error_of_the_stream_and_nothing_else()
    {
        byte[] relation = [(byte)'R', 0, 0, 0, 9, (byte)'p', 0, (byte)'t', 0, (byte)'d', 0, 1, 1, (byte)'i', (byte)'d', 0, 0, 0, 0, 23, 0xFF, 0xFF, 0xFF, 0xFF];
        byte[] insert = [(byte)'I', 0, 0, 0, 9, (byte)'N', 0, 1, (byte)'t', 0, 0, 0, 2, (byte)'4', (byte)'2'];
        var damage =
            from message in Gen.Elements(relation, insert)
            from length in Gen.Choose(0, message.Length)
            from at in Gen.Choose(0, message.Length - 1)
            from value in Gen.Choose(0, 255)
            select (Bytes: message.Select((old, index) => index == at ? (byte)value : old).ToArray(), Length: length);
        Prop.ForAll(damage.ToArbitrary(), example =>
        {
            try
            {
                var reader = new PgOutput(example.Bytes, example.Length);
                if (reader.Type == 'R')
                {
                    reader.ReadRelation();
                }
                else
                {
                    reader.ReadRelationId();
                    reader.ReadTupleKind();
                    reader.ReadTuple(new RowTuple());
                }
            }
            catch (FormatException)
            {
                // The stream ends, and capture says so.
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
    }

    private static byte[] Big(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
