using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Batching.Lines;

/// <summary>A partition's reader reads every line as the reader of any line does, and refuses what that refuses.</summary>
public sealed class PartitionLineTests
{
    private static readonly string?[] Keys = ["{\"id\":1}", "{\"id\":{\"a\":[\",\\\"value\\\":\"]}}", "7", null, "no json", "{\"id\":1}{}"];

    private static readonly string?[] Values = ["{\"after\":{\"id\":1},\"source\":{\"lsn\":5}}", "{\"after\":{\"id\":22},\"source\":{\"lsn\":6}}", "[]", "8", null, "{", "{}}", "é{\n}"];

    [Fact]
    public void Lines_with_anything_changed_in_them_are_read_alike() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var reader = new PartitionLineReader("hospital.public.visits", 2);
            for (var i = 0; i < 200; i++)
            {
                static ReadOnlyMemory<byte>? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
                var record = new LakeRecord(
                    new LogPosition(random.Next(20) == 0 ? "other" : "hospital.public.visits", 2, random.Next(1_000)), random.Next(-5, 1_000_000),
                    Bytes(Keys[random.Next(Keys.Length)]), Bytes(Values[random.Next(Values.Length)]), random.Next(10) == 0 ? [new("h", [1])] : []);
                var written = new ArrayBufferWriter<byte>();
                LakeLineWriter.Write(written, record);
                var line = written.WrittenMemory[..^1].ToArray();
                if (random.Next(3) == 0)
                {
                    line[random.Next(line.Length)] = (byte)"{}[]\",:0 1n\\"[random.Next(12)];
                }

                Told(reader.Read, line).ShouldBe(Told(LakeLineReader.Read, line), $"seed {seed}: {Encoding.Latin1.GetString(line)}");
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    private static string Told(Func<ReadOnlyMemory<byte>, LakeRecord> read, byte[] line)
    {
        static string Bytes(ReadOnlyMemory<byte>? bytes) => bytes is { } some ? Encoding.Latin1.GetString(some.Span) : "none";
        try
        {
            var record = read(line);
            return $"{record.Position} {record.TimestampMs} {Bytes(record.Key)} {Bytes(record.Value)} {record.Headers.Count}";
        }
        catch (FormatException refused)
        {
            return refused.Message;
        }
    }
}
