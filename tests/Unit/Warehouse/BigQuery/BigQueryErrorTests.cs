using HospitalStreaming.Warehouse.BigQuery.Rest;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Warehouse.BigQuery;

public sealed class BigQueryErrorTests
{
    [Theory]
    [InlineData("Bad double value 'Nguyen Thi Lan' in line 3", "Bad double value … in line 3")]
    [InlineData("""Could not parse "1987-02-30" as DATE""", "Could not parse … as DATE")]
    [InlineData("failed to query SELECT 1 FROM t WHERE patient_id IN (9, 16, 11): too many arguments", "failed to query SELECT 1 FROM t WHERE patient_id IN (…): too many arguments")]
    public void Says_what_is_wrong_without_values_of_rows(string theirs, string ours) =>
        BigQueryClient.Plain("invalid", theirs).Message.ShouldContain(ours);

    [Theory]
    [InlineData("Not found: Table p:d.t", true)]
    [InlineData("Not found: Dataset p:d", true)]
    [InlineData("Not found: Job p:j", false)]
    public void Knows_a_missing_table(string theirs, bool missing) => BigQueryClient.Plain("invalid", theirs).IsMissingTable.ShouldBe(missing);
}
