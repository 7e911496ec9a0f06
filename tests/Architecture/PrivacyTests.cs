using HospitalStreaming.Core.Domain;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Architecture;

public sealed class PrivacyTests
{
    [Fact]
    public void Columns_that_name_a_person_are_direct_identifiers()
    {
        var people = HospitalSchema.CapturedTables.SelectMany(table => table.Columns.Select(column => (table.Name, Column: column)))
            .Where(entry => entry.Column.Name is "full_name" or "contact_info" or "insurance_id" || (entry.Name == "doctors" && entry.Column.Name == "name"));
        people.ShouldAllBe(entry => entry.Column.Privacy == PrivacyClass.DirectIdentifier);
    }

    [Fact]
    public void Every_table_has_its_key_first_and_every_reference_points_to_an_earlier_table()
    {
        var seen = new List<string>();
        foreach (var table in HospitalSchema.CapturedTables)
        {
            table.Columns[0].Name.ShouldBe(table.KeyColumn);
            table.Columns.Where(column => column.References is { } parent && !seen.Contains(parent)).ShouldBeEmpty(table.Name);
            seen.Add(table.Name);
        }
    }
}
