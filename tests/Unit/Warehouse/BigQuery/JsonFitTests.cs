using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Warehouse.BigQuery;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Warehouse.BigQuery;

/// <summary>What BigQuery's JSON keeps as it is.</summary>
public sealed class JsonFitTests
{
    [Theory]
    [InlineData("[0,-0,1,-1.50,12.5e-3,1E2,0.1,0e9,0.000e-999999999999999999999]", true)]
    [InlineData("9223372036854775807", true)]
    [InlineData("18446744073709551615", true)]
    [InlineData("18446744073709551616", false)]
    [InlineData("18446744073709551617", false)]
    [InlineData("1.7976931348623157e308", true)]
    [InlineData("1e400", false)]
    [InlineData("[[{\"deep\":-1e400}]]", false)]
    [InlineData("1e-400", false)]
    [InlineData("0.1234567890123456", true)]
    [InlineData("0.12345678901234567890123", false)]
    [InlineData("100000000000000000000000", true)]
    [InlineData("100000000000000000000001", false)]
    [InlineData("{\"a\":1,\"b\":{\"a\":2}}", true)]
    [InlineData("{\"a\":1,\"a\":1}", false)]
    public void Numbers_and_members_it_would_change_or_refuse_are_known(string json, bool holds) => JsonFit.Holds(Encoding.UTF8.GetBytes(json)).ShouldBe(holds, json);

    [Fact]
    public void Every_double_and_every_whole_number_of_64_bits_is_kept() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Two(ArbMap.Default.GeneratorFor<long>()).ToArbitrary(),
        pair =>
        {
            var number = BitConverter.Int64BitsToDouble(pair.Item1 * 0x5851F42D4C957F2D);
            return JsonFit.Holds(Encoding.UTF8.GetBytes(pair.Item2.ToString(CultureInfo.InvariantCulture)))
                && (!double.IsFinite(number) || JsonFit.Holds(Encoding.UTF8.GetBytes(number.ToString("R", CultureInfo.InvariantCulture))));
        }));
}
