using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Tests.Unit.Changes;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Batching.Lines;

/// <summary>The walk beside the platform's own reader: same verdict on any bytes, same facts from any value.</summary>
public sealed class JsonWalkTests
{
    private const int Texts = 40_000;
    private const int TextsAShape = 5;
    private static readonly string[] Names =
    [
        "source", "after", "payload", "__lsn", "__source_lsn", "lsn", "table", "schema", "op", "id", "a name that is longer than a vector", "é漢", "", "aft\\u0065r", "\\u006csn", "so\\u0075rce", "tab\\\"le",
    ];

    private static readonly string[] Values =
    [
        "0", "-0", "12", "18446744073709551615", "18446744073709551616", "-1", "1.50", "1e400", "2E-3", "0.0e+1", "true", "false", "null", "\"\"", "\"visits\"", "\"public\"", "\"\\u00e9\\n\\\\\"",
        "\"a text of more than sixteen bytes, and \\\"quotes\\\" in it\"", "\"[null,\\\"30000001\\\"]\"", "\"\\ud83d\\ude00\"", "\"\\ud800\"", "\"漢字 and more of it to fill the vector\"",
    ];

    private static readonly string[] Breaks =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\u00", "\\x", "-", "0", "1.", ".5", "1e", "+", "01", "tru", "nulll", "\0", "\u001f", "\t", " ", "\n", "\r", "\u00a0", "\ufeff", "/**/", "'a'", "é", "NaN",
    ];

    [Fact]
    public void Verdict_and_facts_are_those_of_the_platforms_reader()
    {
        var random = new Random(20261121);
        var old = new ChangeFactsReader();
        var whole = 0;
        for (var i = 0; i < Texts; i += TextsAShape)
        {
            var (structure, levels) = (random.Next(), random.Next(1, 6));
            var fresh = new ChangeFactsReader();
            for (var j = 0; j < TextsAShape; j++)
            {
                // The same names and nesting with other scalars, and sometimes broken.
                var text = new StringBuilder();
                Write(text, new Random(structure), random, levels);
                for (var cuts = Math.Max(0, random.Next(5) - 2); cuts > 0; cuts--)
                {
                    Break(text, random);
                }

                var bytes = Encoding.UTF8.GetBytes(text.ToString());
                if (random.Next(50) == 0 && bytes.Length > 0)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }

                var expected = IsJson(bytes);
                whole += expected ? 1 : 0;
                Walks(bytes).ShouldBe(expected, text.ToString());
                var facts = ReferenceFacts.Read(bytes);
                old.Read(bytes).ShouldBe(facts, text.ToString());
                fresh.Read(bytes).ShouldBe(facts, text.ToString());
            }
        }

        whole.ShouldBeInRange(Texts / 4, Texts * 3 / 4, "both verdicts are met often");
    }

    [Fact]
    public void Recorded_messages_have_the_facts_they_always_had()
    {
        var reader = new ChangeFactsReader();
        var seen = 0;
        foreach (var line in Directory.EnumerateFiles(Vectors.Folder, "*.jsonl", SearchOption.AllDirectories).SelectMany(File.ReadLines))
        {
            using var message = JsonDocument.Parse(line);
            if (message.RootElement.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.String)
            {
                var bytes = Encoding.UTF8.GetBytes(value.GetString()!);
                reader.Read(bytes).ShouldBe(ReferenceFacts.Read(bytes));
                seen++;
            }
        }

        seen.ShouldBeGreaterThan(1_000);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Nesting_ends_where_the_platforms_reader_ends_it(int depth, bool whole)
    {
        foreach (var (open, inner, close) in new[] { ("[", "", "]"), ("{\"a\":", "1", "}"), ("[", "{}", "]") })
        {
            var levels = inner == "{}" ? depth - 1 : depth;
            var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, levels)) + inner + string.Concat(Enumerable.Repeat(close, levels)));
            IsJson(bytes).ShouldBe(whole);
            Walks(bytes).ShouldBe(whole);
        }
    }

    private static void Write(StringBuilder text, Random structure, Random scalars, int levels)
    {
        Space(text, structure);
        switch (levels == 0 ? 0 : structure.Next(8))
        {
            case < 2:
                text.Append(Values[scalars.Next(Values.Length)]);
                break;
            case 2:
                Series(text, structure, '[', ']', () => Write(text, structure, scalars, levels - 1));
                break;
            default:
                Series(text, structure, '{', '}', () =>
                {
                    Space(text, structure);
                    text.Append('"').Append(Names[structure.Next(Names.Length)]).Append('"');
                    Space(text, structure);
                    text.Append(':');
                    Write(text, structure, scalars, levels - 1);
                });
                break;
        }

        Space(text, structure);
    }

    private static void Series(StringBuilder text, Random random, char open, char close, Action write)
    {
        text.Append(open);
        var count = random.Next(5);
        for (var i = 0; i < count; i++)
        {
            write();
            text.Append(i == count - 1 ? string.Empty : ",");
        }

        text.Append(close);
    }

    private static void Space(StringBuilder text, Random random) => text.Append(random.Next(40) switch
    {
        0 => " ",
        1 => "\t ",
        2 => "\n",
        3 => "\r\n",
        _ => string.Empty,
    });

    private static void Break(StringBuilder text, Random random)
    {
        var at = random.Next(text.Length + 1);
        if (random.Next(2) == 0 && at < text.Length)
        {
            text.Remove(at, Math.Min(random.Next(1, 4), text.Length - at));
            return;
        }

        text.Insert(at, Breaks[random.Next(Breaks.Length)]);
    }

    private static bool Walks(byte[] bytes)
    {
        var walk = new JsonWalk(bytes);
        while (walk.Next())
        {
        }

        return walk.IsWhole;
    }

    private static bool IsJson(byte[] bytes)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes);
            var any = false;
            while (reader.Read())
            {
                any = true;
            }

            return any;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
