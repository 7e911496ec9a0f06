using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Merging;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Auditing;

public sealed class TableComparisonTests
{
    private static readonly string[] Columns = ["name", "cost"];

    [Fact]
    public void Counts_what_a_plain_comparison_counts() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(1_000),
        Prop.ForAll<(byte Key, byte Name, byte Cost)[], (byte Key, byte Name, byte Cost)[]>((leftRows, rightRows) =>
        {
            var (left, right) = (Table(leftRows), Table(rightRows));
            var comparison = new TableComparison("visits", Columns, left.ToDictionary());
            foreach (var (key, row) in right)
            {
                comparison.Right(key, row);
            }

            var both = left.Keys.Intersect(right.Keys).ToList();
            var found = comparison.Finish();
            found.Compared.ShouldBe(both.Count);
            found.Missing.ShouldBe(left.Keys.Except(right.Keys).Count());
            found.Extra.ShouldBe(right.Keys.Except(left.Keys).Count());
            found.Different.ShouldBe(both.Count(key => !left[key].SequenceEqual(right[key])));
            for (var i = 0; i < Columns.Length; i++)
            {
                found.Columns.GetValueOrDefault(Columns[i]).ShouldBe(both.Count(key => left[key][i] != right[key][i]));
            }

            found.IsEqual.ShouldBe(found.Missing + found.Extra + found.Different == 0);
            found.Examples.Length.ShouldBe((int)Math.Min(5, found.Missing + found.Extra + found.Different));
        }));

    [Fact]
    public void A_key_left_out_is_neither_missing_nor_compared()
    {
        var comparison = new TableComparison("visits", Columns, new() { [1] = [1, 1], [2] = [2, 2] });
        comparison.Skip(1);
        comparison.Right(2, [2, 2]);

        var found = comparison.Finish();
        found.IsEqual.ShouldBeTrue();
        found.Compared.ShouldBe(1);
    }

    [Fact]
    public void Describes_keys_and_columns()
    {
        var comparison = new TableComparison("visits", Columns, new() { [1] = [1, 1], [2] = [2, 2] });
        comparison.Right(1, [1, 9]);
        comparison.Right(3, [3, 3]);

        comparison.Finish().Describe("source", "raw").ShouldBe(
            "visits: 1 of source missing in raw, 1 in raw that source does not have, 1 different (cost in 1); keys such as 1, 3, 2");
    }

    private static Dictionary<RowKey, ulong[]> Table((byte Key, byte Name, byte Cost)[] rows) => rows
        .GroupBy(row => row.Key % 40).ToDictionary(group => (RowKey)group.Key, group => new[] { group.Last().Name % 3UL, group.Last().Cost % 3UL });
}
