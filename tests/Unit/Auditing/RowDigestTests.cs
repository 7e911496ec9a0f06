using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Auditing;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Auditing;

public sealed class RowDigestTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2_000);

    [Fact]
    public void Equal_amounts_have_equal_digests_however_many_zeros_they_carry() => Check.One(Many, Prop.ForAll<long, byte>((units, zeros) =>
    {
        var amount = units / 100m;
        var padded = decimal.Parse(amount.ToString("F" + (2 + (zeros % 6)), System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);
        RowDigest.Of(padded).ShouldBe(RowDigest.Of(amount));
    }));

    [Fact]
    public void A_cent_shows() => Check.One(Many, Prop.ForAll<long>(units =>
        RowDigest.Of(units / 100m).ShouldNotBe(RowDigest.Of((units + 1m) / 100m))));

    [Fact]
    public void Equal_texts_and_only_those_have_equal_digests() => Check.One(Many, Prop.ForAll<string?, string?>((left, right) =>
        (RowDigest.Of(left) == RowDigest.Of(right)).ShouldBe(left == right)));

    [Fact]
    public void An_instant_is_itself_in_any_zone() => Check.One(Many, Prop.ForAll<int, sbyte>((seconds, hours) =>
    {
        var instant = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        RowDigest.Of(instant.ToOffset(TimeSpan.FromHours(hours % 13))).ShouldBe(RowDigest.Of(instant));
        RowDigest.Of(instant.AddMicroseconds(1)).ShouldNotBe(RowDigest.Of(instant));
    }));

    [Fact]
    public void A_number_is_itself_in_any_width() => RowDigest.Of(-7).ShouldBe(RowDigest.Of(-7L));

    [Fact]
    public void Nothing_looks_like_null() => Check.One(Many, Prop.ForAll<long, bool>((number, yes) =>
    {
        var nothing = RowDigest.Of((object?)null);
        foreach (var value in new object[] { number, yes, string.Empty, number / 100m, DateOnly.FromDayNumber((int)(Math.Abs(number % 3_000_000))), "0" })
        {
            RowDigest.Of(value).ShouldNotBe(nothing);
        }
    }));

    [Fact]
    public void A_type_no_column_has_is_refused() => Should.Throw<ArgumentException>(() => RowDigest.Of(1.5d));
}
