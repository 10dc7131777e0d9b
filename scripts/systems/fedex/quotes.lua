-- What is asked before a label is bought: rates of an account, and addresses as FedEx knows them.

return {
  ["rates.quote"] = {
    POST = "/rate/v1/rates/quotes", reads = true, pages = { rows = { "output.rateReplyDetails" } }, takes = "RateRequest", gives = "RateReply",
  },
  ["addresses.resolve"] = {
    POST = "/address/v1/addresses/resolve", reads = true, pages = { rows = { "output.resolvedAddresses" } }, takes = "AddressRequest",
    gives = "ResolvedAddress",
  },
}
